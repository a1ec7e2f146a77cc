// Arrays in, arrays out.
#include "tests/conformance/CpuCall.h"

#include <cstring>
#include <stdexcept>

namespace offramp::test {

using reference::Dtype;
using reference::Tensor;
using reference::Type;

void Floats::resize(size_t n) {
  if (n == size_) return;
  memory_.assign(n * 4 + 64, std::byte(0));
  size_ = n;
  data_ = reinterpret_cast<float *>((reinterpret_cast<uintptr_t>(memory_.data()) + 63) / 64 * 64);
}

namespace {

int64_t sizeOf(Dtype dtype) { return dtype == Dtype::U8 || dtype == Dtype::I1 ? 1 : 4; }
/// Elements of one item: without the rows.
int64_t itemOf(const Type &type) {
  int64_t n = 1;
  for (int64_t d : type.shape) n *= d < 0 ? 1 : d;
  return n;
}
void put(Dtype dtype, void *at, int64_t i, double v) {
  if (dtype == Dtype::F32) static_cast<float *>(at)[i] = (float)v;
  else if (dtype == Dtype::I32) static_cast<int32_t *>(at)[i] = (int32_t)v;
  else static_cast<uint8_t *>(at)[i] = (uint8_t)v;
}
double get(Dtype dtype, const void *at, int64_t i) {
  if (dtype == Dtype::F32) return static_cast<const float *>(at)[i];
  if (dtype == Dtype::I32) return static_cast<const int32_t *>(at)[i];
  return static_cast<const uint8_t *>(at)[i];
}

/// Static row count of programs whose rows come of `to_rows`; 0 if there is none.
int64_t staticRows(const reference::Program &program, const std::vector<reference::Op> &ops) {
  for (const reference::Op &op : ops) {
    if (op.name == "nn.to_rows") return op.operandTypes[0].shape[0];
    if (op.name == "func.call")
      if (int64_t rows = staticRows(program, program.functions.at(op.text("callee")).ops)) return rows;
    if (int64_t rows = staticRows(program, op.body)) return rows;
  }
  return 0;
}

}  // namespace

CpuCall::CpuCall(const reference::Program &program, const std::string &function, const ProgramInputs &in)
    : program_(program), function_(program.functions.at(function)), samples_(in.inputs.samples), loss_(16) {
  if (!function_.refusal.empty()) throw std::runtime_error(function_.refusal);
  place(in);
  for (size_t a = 0; a < function_.arguments.size(); ++a) {
    const reference::Source &source = function_.sources[a];
    if (source.kind != reference::Source::Input && source.kind != reference::Source::Table) continue;
    bool table = source.kind == reference::Source::Table;
    void *data = values(function_.arguments[a], (table ? in.inputs.tables : in.inputs.inputs).at(source.slot), table);
    size_t slot = (size_t)source.slot;
    if (table) tables_.resize(std::max(tables_.size(), slot + 1)), tables_[slot] = data;
    else inputs_.resize(std::max(inputs_.size(), slot + 1)), inputs_[slot] = data;
  }
  findResults(function_.ops);
  for (const Written &c : collects_) {
    collected_.resize(std::max(collected_.size(), (size_t)c.slot + 1));
    collected_[c.slot] = array(samples_ * itemOf(c.type) * 4);
  }
  for (Written &w : writes_) {
    w.slot = 0;  // outside of a model tables have no numbers: one written table a program
    tables_.resize(1);
    tables_[0] = array((2 * samples_ + 3) * 4);
  }
  for (double s : in.inputs.settings) settings_.push_back((float)s);
  settings_.resize(std::max<size_t>(settings_.size(), 1));
  block.settings = settings_.data();
  block.inputs = inputs_.data();
  block.tables = tables_.data();
  block.collected = collected_.data();
  block.logits = static_cast<float *>(array(samples_ * classes_ * 4));
  block.stage = static_cast<int32_t *>(array(samples_ * 4));
  block.decision = static_cast<float *>(array(samples_ * 4));
  std::memset(block.stage, 0, samples_ * 4);  // a sample that nobody puts keeps stage 0
  block.loss = loss_.data();
  block.seed = in.options.seed;
  block.visit = visit_.data();
  block.index = index_.data();
  block.samples_in_step = in.options.stepSamples ? in.options.stepSamples : samples_;
  block.exits = in.options.exits;
  block.split = in.split;
  block.regroup = in.regroup;
}

/// Row 0 of all samples in front, then the rest rows; the batch runs through the caller's arrays backwards.
void CpuCall::place(const ProgramInputs &in) {
  for (size_t a = 0; a < function_.arguments.size(); ++a)
    if (function_.sources[a].kind == reference::Source::Input && function_.arguments[a].rows())
      for (const Tensor &t : in.inputs.inputs.at(function_.sources[a].slot)) rows_.push_back(t.shape[0]);
  if (rows_.empty())
    if (int64_t rows = staticRows(program_, function_.ops)) rows_.assign(samples_, rows);
  int64_t at = samples_;
  for (int64_t i = 0; i < samples_; ++i) {
    id_.push_back((int32_t)(samples_ - 1 - i));
    from_.push_back((int32_t)i);
    visit_.push_back(in.options.visits.empty() ? i : in.options.visits[i]);
    index_.push_back(2 * (samples_ - i));  // its own numbering
    if (rows_.empty()) continue;
    int64_t rows = rows_[id_.back()];
    first_.push_back((int32_t)i);
    at_.push_back((int32_t)at);
    len_.push_back((int32_t)(rows - 1));
    at += rows - 1;
  }
  batch = {samples_, at, 1, id_.data(), rows_.empty() ? nullptr : first_.data(), rows_.empty() ? nullptr : at_.data(), rows_.empty() ? nullptr : len_.data(), from_.data()};
}

void *CpuCall::array(int64_t bytes) {
  memory_.push_back(std::make_unique<std::vector<std::byte>>(bytes + 64, std::byte(0xFF)));
  return reinterpret_cast<void *>((reinterpret_cast<uintptr_t>(memory_.back()->data()) + 63) / 64 * 64);
}

void *CpuCall::values(const Type &type, const std::vector<Tensor> &samples, bool byIndex) {
  int64_t item = itemOf(type), bytes = item * sizeOf(type.dtype);
  if (type.rows()) {
    void *data = array(batch.rows * bytes);
    for (int64_t i = 0; i < samples_; ++i)
      for (int64_t r = 0; r < rows_[id_[i]]; ++r)
        for (int64_t j = 0; j < item; ++j) put(type.dtype, data, (r ? at_[i] + r - 1 : first_[i]) * item + j, samples[id_[i]].data[r * item + j]);
    return data;
  }
  void *data = array((byIndex ? 2 * samples_ + 3 : samples_) * bytes);
  for (int64_t s = 0; s < samples_; ++s)
    for (int64_t j = 0; j < item; ++j) put(type.dtype, data, (byIndex ? index_[s] : s) * item + j, samples[s].data[j]);
  return data;
}

void CpuCall::findResults(const std::vector<reference::Op> &ops) {
  for (const reference::Op &op : ops) {
    if (op.name == "nn.collect") collects_.push_back({op.text("name"), op.operandTypes[0], op.integer("slot")});
    if (op.name == "nn.write_table") writes_.push_back({op.text("table"), op.operandTypes[0], 0});
    if (op.name == "nn.report") reports_ = std::max(reports_, op.integer("slot") + 1);
    if (op.name == "nn.leave_with") classes_ = itemOf(op.operandTypes[0]);
    findResults(op.body);
  }
}

void CpuCall::reserve(const ModuleProgram &need) {
  block.samples_max = (samples_ + 15) / 16 * 16;
  block.rows_max = (std::max(batch.rows, samples_) + 15) / 16 * 16;
  arena_.resize((need.row * block.rows_max + need.sample * block.samples_max + need.fixed + 64) / 4);
  std::memset(arena_.data(), 0xFF, arena_.size() * 4);
  block.arena = reinterpret_cast<char *>(arena_.data());
}

std::vector<Tensor> CpuCall::read(const Type &type, const void *from, bool byIndex) const {
  std::vector<Tensor> out;
  int64_t item = itemOf(type);
  for (int64_t s = 0; s < samples_; ++s) {
    Tensor t = reference::makeTensor(type.dtype, type.shape);
    for (int64_t j = 0; j < item; ++j) t.data[j] = get(type.dtype, from, (byIndex ? index_[s] : s) * item + j);
    out.push_back(std::move(t));
  }
  return out;
}

ProgramOutputs CpuCall::outputs() const {
  ProgramOutputs out;
  for (const Written &c : collects_) out.collected[c.name] = read(c.type, collected_[c.slot], false);
  for (const Written &w : writes_) out.written[w.name] = read(w.type, tables_[w.slot], true);
  out.reports.assign(loss_.begin(), loss_.begin() + reports_);
  if (classes_)
    for (int64_t s = 0; s < samples_; ++s) {
      reference::Answer answer;
      answer.logits = reference::makeTensor(Dtype::F32, {classes_});
      for (int64_t c = 0; c < classes_; ++c) answer.logits.data[c] = block.logits[s * classes_ + c];
      answer.stage = block.stage[s];
      answer.decision = block.decision[s];
      out.answers.push_back(std::move(answer));
    }
  return out;
}

}  // namespace offramp::test
