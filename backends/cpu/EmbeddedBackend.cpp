// The backend of products that `offramp build` links: the CPU, with the machine profile that lies in the user's cache or that was stored when
// the product was built on such a machine; otherwise cautious defaults. Nothing is measured: a program answers at once.
#include "backends/cpu/CpuBackend.h"
#include "backends/cpu/kernels/MachineProfile.h"
#include "runtime/core/Error.h"
#include "runtime/embed/EmbeddedModel.h"

namespace offramp::runtime {

std::unique_ptr<Backend> embeddedBackend(int threads, const std::string &profile, const std::string &dtype) {
  const auto precision = cpu::precisionNamed(dtype);
  if (!precision) userError("dtype `{}` is none of f32, bf16 and int8", dtype);
  auto backend = std::make_unique<cpu::CpuBackend>(cpu::CpuBackendOptions{cpu::EngineMode::Inference, threads, *precision, true});
  if (auto found = cpu::storedProfile(backend->threads(), profile, *precision)) backend->setProfile(*found);
  return backend;
}

}  // namespace offramp::runtime
