// The backend of products that `offramp build` links: the CPU, with the machine profile that lies in the user's cache or that was stored when
// the product was built on such a machine; otherwise cautious defaults. Nothing is measured: a program answers at once.
#include "backends/cpu/CpuBackend.h"
#include "backends/cpu/kernels/MachineProfile.h"
#include "runtime/embed/EmbeddedModel.h"

namespace offramp::runtime {

std::unique_ptr<Backend> embeddedBackend(int threads, const std::string &profile) {
  auto backend = std::make_unique<cpu::CpuBackend>(cpu::CpuBackendOptions{cpu::EngineMode::Inference, threads});
  if (auto found = cpu::storedProfile(backend->threads(), profile)) backend->setProfile(*found);
  return backend;
}

}  // namespace offramp::runtime
