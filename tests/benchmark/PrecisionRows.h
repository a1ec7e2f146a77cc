// Rows of offramp_kernel_bench about the precision of the weights: own kernels in f32, bf16 and int8 beside oneDNN's products of these types.
#ifndef OFFRAMP_BENCHMARK_PRECISION_ROWS_H
#define OFFRAMP_BENCHMARK_PRECISION_ROWS_H

#include <functional>
#include <string>

// An empty `run` prints the name alone.
using PrintRow = std::function<void(const std::string &name, double macs, double samples, const std::function<void()> &run)>;
void precisionRows(int threads, const PrintRow &line);

#endif
