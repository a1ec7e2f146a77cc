// The GEMM chain: the matrix products of a network, alone, back to back, each with weights of its own (so they are as cold as in the
// network). It is the limit that speeds are reported against, not a model: nothing between the products is computed, and values mean
// nothing. Which products a network has is said by chains.py; attention's small products are left out, as they are no library GEMMs.
//
//   gemm_chain SECONDS f32|bf16|int8 FILE…     one JSON object on standard output: the seconds of one pass of each file
//
// A file holds one product a line, in the network's order: KIND M K N WEIGHT. Lines that name the same WEIGHT read the same weights.
//   packed   [M, K] · [K, N]    constant weights in the library's own layout; rows lie where the last product left its own
//   forward  [M, K] · [K, N]    weights as they are trained; rows have memory of their own, as what a step saves has
//   input    [M, N] · [K, N]ᵀ   the gradient of the input
//   weight   [M, K]ᵀ · [M, N]   the gradient of the weight
//   adamw COUNT                 one pass of the optimizer over COUNT weights
// Files are passed in turn, and a figure is the median pass, so that a busy moment meets all of them. bf16 and int8: packed and bf16
// training products take rows and weights of that type (int8: u8 by s8), sums go out as f32; converting rows is left out.
#include "tests/benchmark/GemmChain.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace offramp::bench;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int fail(const std::string &text) {
  fmt::print(stderr, "gemm_chain: {}\n", text);
  return 2;
}

/// Empty if all lines of the file were understood, else what is wrong with the first that was not.
std::string read(const std::string &path, Chain &chain) {
  std::ifstream file(path);
  if (!file) return fmt::format("cannot open '{}' for reading", path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line);
    std::string kind, weight;
    int64_t m = 0, k = 0, n = 0;
    words >> kind >> m;
    if (kind == "adamw" && m > 0) {
      chain.addOptimizer(m);
      continue;
    }
    words >> k >> n >> weight;
    if (!words || m < 1 || k < 1 || n < 1 || !chain.add(kind, m, k, n, weight))
      return fmt::format("{}:{}: expected KIND M K N WEIGHT or adamw COUNT, found `{}`", path, number, line);
  }
  return chain.empty() ? fmt::format("{}: no product", path) : "";
}

}  // namespace

int main(int argc, char **argv) {
  const double duration = argc > 3 ? std::atof(argv[1]) : 0;
  if (!(duration > 0)) return fail("usage: gemm_chain SECONDS f32|bf16|int8 FILE…");
  const std::string dtype = argv[2];
  Library library(dtype);
  if (!library.known()) return fail(fmt::format("no dtype {}: f32, bf16 or int8", dtype));

  std::vector<Chain> chains;
  for (int i = 3; i < argc; ++i) {
    try {
      chains.emplace_back(library);
      if (const std::string wrong = read(argv[i], chains.back()); !wrong.empty()) return fail(wrong);
    } catch (const dnnl::error &) { return fail(fmt::format("the installed oneDNN has no such {} products for this CPU", dtype)); }
  }
  for (Chain &chain : chains) chain.run();

  std::vector<std::vector<double>> passes(chains.size());
  const double began = now();
  do {
    for (size_t i = 0; i < chains.size(); ++i) {
      const double start = now();
      chains[i].run();
      passes[i].push_back(now() - start);
    }
  } while (now() - began < duration);

  std::string seconds, gflops;
  for (size_t i = 0; i < chains.size(); ++i) {
    std::sort(passes[i].begin(), passes[i].end());
    const double middle = passes[i][passes[i].size() / 2];
    seconds += fmt::format("{}{:.6g}", i ? ", " : "", middle);
    gflops += fmt::format("{}{:.1f}", i ? ", " : "", chains[i].flops() / middle / 1e9);
  }
  fmt::print("{{\"bench\": \"gemm_chain\", \"dtype\": \"{}\", \"passes\": {}, \"seconds\": [{}], \"gflops\": [{}]}}\n", dtype,
             passes[0].size(), seconds, gflops);
}
