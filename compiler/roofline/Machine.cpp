// The table of named machines. Peaks are dense ones (data sheets of NVIDIA print tensor-core peaks with sparsity, twice these) of the SXM form:
//   a100: "NVIDIA A100 Tensor Core GPU" data sheet, June 2021, column A100 80GB SXM: FP32 19.5 TFLOPS, BFLOAT16 Tensor Core 312 TFLOPS, INT8
//         Tensor Core 624 TOPS, GPU memory bandwidth 2,039 GB/s.
//   h100: "NVIDIA H100 Tensor Core GPU" data sheet, column H100 SXM: FP32 67 TFLOPS, BFLOAT16 1,979 TFLOPS and INT8 3,958 TOPS with sparsity,
//         bandwidth 3.35 TB/s. Dense: 989.4 and 1,978.9 (white paper "NVIDIA H100 Tensor Core GPU Architecture").
//   h200: "NVIDIA H200 Tensor Core GPU" data sheet, column H200 SXM: the same rates, bandwidth 4.8 TB/s.
// f32 is FP32 without tensor cores: TF32 keeps 10 bits of the mantissa and is another number type. Caches have no published rate and are left
// out: a working set that stays in a GPU's L2 can be faster than its line.
#include "compiler/roofline/Machine.h"

#include <limits>

namespace offramp {
namespace {

struct Row {
  const char *name, *source;
  double f32, bf16, int8;  ///< GFLOP/s
  double memory;           ///< GB/s
};
constexpr Row table[] = {
    {"a100", "data sheet of the A100 80GB SXM", 19.5e3, 312e3, 624e3, 2039},
    {"h100", "data sheet of the H100 SXM", 67e3, 989.4e3, 1978.9e3, 3350},
    {"h200", "data sheet of the H200 SXM", 67e3, 989.4e3, 1978.9e3, 4800},
};

constexpr std::pair<NumberType, const char *> numberTypes[] = {{NumberType::F32, "f32"}, {NumberType::Bf16, "bf16"}, {NumberType::Int8, "int8"}};

}  // namespace

const char *nameOf(NumberType type) {
  for (const auto &[known, name] : numberTypes)
    if (known == type) return name;
  return "?";
}

std::optional<NumberType> numberTypeNamed(const std::string &name) {
  for (const auto &[type, known] : numberTypes)
    if (name == known) return type;
  return std::nullopt;
}

const MemoryLevel &Machine::levelFor(double bytes) const {
  for (const MemoryLevel &level : memory)
    if (bytes <= level.bytes) return level;
  return memory.back();
}

std::optional<Machine> machineNamed(const std::string &name) {
  for (const Row &row : table)
    if (name == row.name)
      return Machine{row.name,
                     row.source,
                     {{NumberType::F32, row.f32}, {NumberType::Bf16, row.bf16}, {NumberType::Int8, row.int8}},
                     {{"memory", std::numeric_limits<double>::infinity(), row.memory}}};
  return std::nullopt;
}

std::vector<std::string> namedMachines() {
  std::vector<std::string> names;
  for (const Row &row : table) names.emplace_back(row.name);
  return names;
}

}  // namespace offramp
