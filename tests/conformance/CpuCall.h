// CpuCall: one call of a compiled program with the arrays and the batch descriptor of runtime/abi/Call.h, made from a test's inputs. Samples stand
// in the batch in another order than in the caller's arrays, tables are indexed by numbers of their own and the arena holds NaN, so that a mix-up of
// the three numberings or a read of what was never written shows.
#pragma once

#include "backends/reference/Program.h"
#include "compiler/artifact/ModuleObject.h"
#include "runtime/abi/Call.h"
#include "tests/conformance/Backends.h"

#include <cstddef>
#include <memory>

namespace offramp::test {

/// 64-byte aligned floats.
class Floats {
 public:
  Floats() = default;
  explicit Floats(size_t n) { resize(n); }
  void resize(size_t n);
  void fill(float value) { std::fill(data_, data_ + size_, value); }
  float *data() { return data_; }
  size_t size() const { return size_; }

 private:
  std::vector<std::byte> memory_;
  float *data_ = nullptr;
  size_t size_ = 0;
};

class CpuCall {
 public:
  CpuCall(const reference::Program &program, const std::string &function, const ProgramInputs &in);
  void reserve(const ModuleProgram &need);
  ProgramOutputs outputs() const;

  offramp_call block{};
  offramp_batch batch{};

 private:
  struct Written {
    std::string name;
    reference::Type type;
    int64_t slot;
  };
  void place(const ProgramInputs &in);
  void findResults(const std::vector<reference::Op> &ops);
  void *array(int64_t bytes);
  void *values(const reference::Type &type, const std::vector<reference::Tensor> &samples, bool byIndex);
  std::vector<reference::Tensor> read(const reference::Type &type, const void *from, bool byIndex) const;

  const reference::Program &program_;
  const reference::Function &function_;
  int64_t samples_;
  std::vector<int64_t> rows_;  ///< by sample; empty: no rows
  std::vector<int32_t> id_, first_, at_, len_, from_;
  std::vector<int64_t> visit_, index_;
  std::vector<float> settings_, loss_;
  std::vector<std::unique_ptr<std::vector<std::byte>>> memory_;
  std::vector<const void *> inputs_;
  std::vector<void *> tables_, collected_;
  std::vector<Written> collects_, writes_;
  int64_t classes_ = 0, reports_ = 0;
  Floats arena_;
};

}  // namespace offramp::test
