// The CPU backend as the harnesses see it: a set of sample-level programs goes through the whole compiler into a shared object in a temporary
// folder and is called through the C ABI of runtime/abi, with a batch descriptor of its own making. No manifest, no session: what those add is
// tested where they are.
#pragma once

#include "backends/cpu/kernels/Engine.h"
#include "tests/conformance/Backends.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace offramp::test {

struct CpuVariant {
  cpu::EngineMode mode = cpu::EngineMode::Inference;
  cpu::GemmChoice gemm = cpu::GemmChoice::Own;
  int threads = 2;
  cpu::Precision precision = cpu::Precision::F32;
};

/// Loading one set several times compiles it once as long as somebody holds it.
std::unique_ptr<Loaded> loadOnCpu(const ProgramSet &set, const CpuVariant &variant);

/// Throws std::runtime_error with the diagnostics and the text.
mlir::OwningOpRef<mlir::ModuleOp> parsePrograms(mlir::MLIRContext &context, const ProgramSet &set);

}  // namespace offramp::test
