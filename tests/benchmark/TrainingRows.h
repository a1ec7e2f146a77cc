// Lines of offramp_kernel_bench about training at sizes of BERT-base: the three products of a layer in f32 and bf16, and optimizer steps over its
// word table, dense and by rows.
#ifndef OFFRAMP_BENCHMARK_TRAINING_ROWS_H
#define OFFRAMP_BENCHMARK_TRAINING_ROWS_H

#include "tests/benchmark/PrecisionRows.h"

/// On so many threads; names begin with "training".
void trainingRows(int threads, const PrintRow &line);

#endif
