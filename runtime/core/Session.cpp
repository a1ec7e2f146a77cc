// See Session.h.
#include "runtime/core/Session.h"

#include "runtime/core/Error.h"

#include <algorithm>

namespace offramp::runtime {

Session::Session(std::shared_ptr<const Artifact> artifact, std::unique_ptr<Backend> backend, std::span<const float> fixedWeights)
    : artifact_(std::move(artifact)), backend_(std::move(backend)), settings_(artifact_->manifest()),
      weights_(fixedWeights.empty() ? (size_t)artifact_->manifest().weightElements * sizeof(float) : 0) {
  backend_->setStageCosts(manifest().stageCosts);
  call_.weights = fixedWeights.empty() ? weights().data() : fixedWeights.data();
  call_.settings = settings_.values().data();
  call_.engine = backend_->engine();
  call_.exits = 1;
  call_.split = call_.regroup = 2;
}

void Session::reserve(std::span<const size_t> programs, int64_t samples, int64_t rows) {
  call_.samples_max = std::max(call_.samples_max, (samples + 15) / 16 * 16);
  call_.rows_max = std::max(call_.rows_max, (std::max(rows, samples) + 15) / 16 * 16);
  reserved_.insert(programs.begin(), programs.end());
  int64_t bytes = 64;  // larger counts move every slot, so programs reserved earlier are counted again
  for (size_t program : reserved_) bytes = std::max(bytes, manifest().programs[program].arena.bytes(call_.rows_max, call_.samples_max));
  if (bytes > (int64_t)arena_.bytes()) {
    arena_ = AlignedBlock((size_t)bytes);
    call_.arena = arena_.data();
  }
}

void Session::run(size_t program, const offramp_batch &batch) {
  const ManifestProgram &what = manifest().programs[program];
  if (batch.n > call_.samples_max || batch.rows > call_.rows_max || !reserved_.contains(program))
    throw std::logic_error(fmt::format("program `{}`: a batch of {} samples and {} rows was not reserved", what.name, batch.n, batch.rows));
  CompiledProgram code = artifact_->program(program);
  if (!code) throw std::logic_error(fmt::format("program `{}` is not linked", what.name));
  call_.settings = settings_.values().data();
  code(&call_, const_cast<offramp_batch *>(&batch));  // the ABI's programs only read a caller's batch
  if (std::string error = backend_->takeError(); !error.empty()) throw std::runtime_error(fmt::format("program `{}`: {}", what.name, error));
}

}  // namespace offramp::runtime
