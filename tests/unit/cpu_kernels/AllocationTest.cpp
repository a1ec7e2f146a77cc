// Steady-state inference allocates nothing: once a row count was seen, the same calls reach no allocation function (DESIGN.md 7.3).
#include "tests/CountAllocations.h"

#include "Support.h"

#include <dlfcn.h>

using namespace kernelTest;

// One pass of a transformer stage with an exit, as compiled code would call it.
static void stage(Call &call, const Batch &b, Floats (&v)[6], const Floats &w, const uint8_t *leave) {
  const int64_t d = 128;
  offramp_cpu_begin(&call);
  offramp_cpu_linear(&call, v[0].data(), &w[0], &w[0], v[1].data(), b.rows, d, 2 * d, 0);
  offramp_cpu_linear(&call, v[0].data(), &w[40000], &w[0], v[2].data(), b.n, d, d, 0);
  offramp_cpu_attention(&call, &b, v[2].data(), &b, v[1].data(), v[3].data(), nullptr, 4, d, OFFRAMP_ROWS_FIRST);
  offramp_cpu_linear(&call, v[3].data(), &w[60000], &w[0], v[4].data(), b.n, d, 4 * d, OFFRAMP_EPILOGUE_GELU);
  offramp_cpu_linear(&call, v[4].data(), &w[130000], &w[0], v[3].data(), b.n, 4 * d, d, OFFRAMP_EPILOGUE_ADD);
  offramp_batch *s, *g, *next;
  offramp_cpu_leave(&call, &b, leave, &s, &g);
  offramp_cpu_narrow(&call, s, v[3].data(), v[2].data(), d * 4);
  const float *rest;
  offramp_cpu_regroup_rest(&call, s, v[0].data(), v[5].data(), d, 1, &next, &rest);
  offramp_cpu_attention(&call, next, rest, s, v[1].data(), v[3].data(), nullptr, 4, d, OFFRAMP_ROWS_REST);
  offramp_cpu_mean_rows(&call, next, v[0].data(), v[3].data(), d);
}

BOOST_AUTO_TEST_CASE(secondPassAllocatesNothing) {
  Random random(71);
  Call call(inMode(EngineMode::Inference));
  call.regroup = 2;
  Batch b(std::vector<int32_t>(64, 17));
  Floats v[6], w = random.floats(200000);
  for (auto &x : v) x = random.floats(b.rows * 512);
  uint8_t leave[64];
  for (int i = 0; i < 64; ++i) leave[i] = i % 3 == 0;
  stage(call, b, v, w, leave);
  long before = allocations.load();
  BOOST_TEST(before > 0);   // the counter works
  for (int round = 0; round < 3; ++round) stage(call, b, v, w, leave);
  BOOST_TEST(allocations.load() - before == 0);
}
