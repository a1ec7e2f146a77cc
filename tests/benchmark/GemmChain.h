// Matrix products in a row, by oneDNN (gemm_chain.cpp says what they are for). Values mean nothing.
#pragma once

#include <dnnl.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace offramp::bench {

/// Engine, types and memory that the chains of one process share: weights by name, and two buffers that rows of inference pass through.
class Library {
public:
  explicit Library(const std::string &dtype);

  bool known() const { return left != dnnl::memory::data_type::undef; }

  /// Memory of its own, filled with small numbers.
  dnnl::memory filled(const dnnl::memory::desc &desc);

  /// The weights of that name in that layout: the same memory whenever both are the same.
  dnnl::memory weights(const std::string &name, const dnnl::memory::desc &desc);

  /// Part of row buffer 0 or 1, which grow to the largest that is asked for before any chain runs.
  dnnl::memory rows(int buffer, const dnnl::memory::desc &desc);

  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::memory::data_type left = dnnl::memory::data_type::undef, right = left;
  int threads = 1;  ///< of what is not oneDNN's: OMP_NUM_THREADS, which oneDNN reads too

private:
  std::map<std::string, std::vector<dnnl::memory>> byName;
  std::vector<char> buffers[2];
  std::vector<dnnl::memory> passing[2];
};

class Chain {
public:
  explicit Chain(Library &library) : library(library) {}

  /// One of the kinds of gemm_chain.cpp; false if there is none of that name. Throws dnnl::error where oneDNN has no such product.
  bool add(const std::string &kind, int64_t m, int64_t k, int64_t n, const std::string &weight);

  /// AdamW over `count` weights: reads weights, gradient and both moments, writes all but the gradient.
  void addOptimizer(int64_t count);

  void run();
  bool empty() const { return steps.empty(); }
  double flops() const { return work; }

private:
  Library &library;
  std::vector<std::function<void()>> steps;
  int turn = 0;
  double work = 0;
};

}  // namespace offramp::bench
