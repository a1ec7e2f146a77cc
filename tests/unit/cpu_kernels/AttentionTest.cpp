// Attention over ragged rows against double precision, its gradient against central differences, with gaps and with queries and keys placed
// by different descriptors.
#include "Support.h"

using namespace kernelTest;

namespace {

// Result rows of sample i in double precision; lse per head.
struct Exact {
  std::vector<double> out, lse;
};
Exact exactRow(const std::vector<double> &q, const std::vector<std::vector<double>> &kv, int64_t heads, int64_t dim) {
  Exact e{std::vector<double>(size_t(dim), 0.0), {}};
  int64_t d = dim / heads;
  for (int64_t h = 0; h < heads; ++h) {
    std::vector<double> s;
    double top = -INFINITY, sum = 0;
    for (auto &row : kv) {
      double dot = 0;
      for (int64_t c = h * d; c < (h + 1) * d; ++c) dot += q[size_t(c)] * row[size_t(c)];
      s.push_back(dot / std::sqrt(double(d)));
      top = std::max(top, s.back());
    }
    for (double &v : s) sum += v = std::exp(v - top);
    e.lse.push_back(top + std::log(sum));
    for (size_t t = 0; t < kv.size(); ++t)
      for (int64_t c = h * d; c < (h + 1) * d; ++c) e.out[size_t(c)] += s[t] / sum * kv[t][size_t(dim + c)];
  }
  return e;
}

struct Case {
  std::vector<int32_t> rows;
  int64_t heads, dim;
};
const Case cases[] = {{{17, 17, 17}, 4, 128}, {{1, 2, 3, 40, 16, 15}, 2, 32}, {{5}, 1, 8}, {{33, 1}, 3, 36}, {{130, 64, 7}, 2, 128}, {{300}, 1, 128}};

int64_t queryRows(const offramp_batch &b, int64_t which) { return which == OFFRAMP_ROWS_ALL ? b.rows : which == OFFRAMP_ROWS_FIRST ? b.n : b.rows - b.n; }
int64_t queryPlace(const Batch &b, int64_t i, int64_t r, int64_t which) {
  return which == OFFRAMP_ROWS_FIRST ? i : which == OFFRAMP_ROWS_REST ? b.row(i, r) - b.n : b.row(i, r);
}

std::vector<double> wide(const float *p, int64_t count) { return std::vector<double>(p, p + count); }

} // namespace

BOOST_AUTO_TEST_CASE(attentionMatchesDoublePrecision) {
  Random random(11);
  std::vector<EngineOptions> engines = {inMode(EngineMode::Inference, 2), inMode(EngineMode::Inference, 1)};
  for (SimdLevel level : {SimdLevel::V1, SimdLevel::V3})
    if (simdTable(level)) engines.push_back(inMode(EngineMode::Inference, 2, GemmChoice::Own, level));
  for (const EngineOptions &options : engines) {
    Call call(options);
    for (const Case &c : cases)
      for (int32_t gap : {0, 3})
        for (int64_t which : {OFFRAMP_ROWS_ALL, OFFRAMP_ROWS_FIRST, OFFRAMP_ROWS_REST}) {
          Batch qb(c.rows, 0), kb(c.rows, gap);
          Floats q = random.floats(queryRows(qb, which) * c.dim), kv = random.floats(kb.rows * 2 * c.dim);
          Floats out(q.size(), 9.0f), lse(size_t(queryRows(qb, which) * c.heads));
          offramp_cpu_attention(&call, &qb, q.data(), &kb, kv.data(), out.data(), lse.data(), c.heads, c.dim, which);
          std::vector<double> want(out.size()), wantLse(lse.size());
          for (int64_t i = 0; i < qb.n; ++i) {
            std::vector<std::vector<double>> rows;
            for (int64_t t = 0; t <= kb.len[i]; ++t) rows.push_back(wide(&kv[size_t(kb.row(i, t) * 2 * c.dim)], 2 * c.dim));
            for (int64_t t = which == OFFRAMP_ROWS_REST; t <= (which == OFFRAMP_ROWS_FIRST ? 0 : qb.len[i]); ++t) {
              int64_t at = queryPlace(qb, i, t, which);
              Exact e = exactRow(wide(&q[size_t(at * c.dim)], c.dim), rows, c.heads, c.dim);
              std::copy(e.out.begin(), e.out.end(), want.begin() + at * c.dim);
              std::copy(e.lse.begin(), e.lse.end(), wantLse.begin() + at * c.heads);
            }
          }
          BOOST_TEST(relativeError(out, want) < 1e-6, "which " << which << " dim " << c.dim << " gap " << gap);
          BOOST_TEST(relativeError(lse, wantLse) < 1e-6);
        }
  }
}

// A sample's rows have the same bits alone, in a batch, as first rows only, and wherever they lie.
BOOST_AUTO_TEST_CASE(attentionDoesNotDependOnThePlace) {
  Random random(12);
  Call one(inMode(EngineMode::Inference, 1)), two(inMode(EngineMode::Inference, 2));
  const int64_t heads = 4, dim = 64;
  Batch all({17, 5, 1, 40, 17}, 2);
  Floats q = random.floats(all.rows * dim), kv = random.floats(all.rows * 2 * dim), out(q.size()), first(size_t(all.n * dim)), rest(q.size());
  offramp_cpu_attention(&two, &all, q.data(), &all, kv.data(), out.data(), nullptr, heads, dim, OFFRAMP_ROWS_ALL);
  offramp_cpu_attention(&one, &all, q.data(), &all, kv.data(), first.data(), nullptr, heads, dim, OFFRAMP_ROWS_FIRST);
  offramp_cpu_attention(&one, &all, q.data() + all.n * dim, &all, kv.data(), rest.data(), nullptr, heads, dim, OFFRAMP_ROWS_REST);
  for (int64_t i = 0; i < all.n; ++i) {
    BOOST_TEST(std::equal(&first[size_t(i * dim)], &first[size_t(i * dim)] + dim, &out[size_t(all.first[i] * dim)]));
    for (int64_t r = 1; r <= all.len[i]; ++r)
      BOOST_TEST(std::equal(&out[size_t(all.row(i, r) * dim)], &out[size_t(all.row(i, r) * dim)] + dim, &rest[size_t((all.row(i, r) - all.n) * dim)]));
    Batch alone({all.len[i] + 1});
    Floats q1(size_t(alone.rows * dim)), kv1(size_t(alone.rows * 2 * dim)), out1(q1.size());
    for (int64_t r = 0; r < alone.rows; ++r) {
      std::copy_n(&q[size_t(all.row(i, r) * dim)], dim, &q1[size_t(r * dim)]);
      std::copy_n(&kv[size_t(all.row(i, r) * 2 * dim)], 2 * dim, &kv1[size_t(r * 2 * dim)]);
    }
    offramp_cpu_attention(&one, &alone, q1.data(), &alone, kv1.data(), out1.data(), nullptr, heads, dim, OFFRAMP_ROWS_ALL);
    for (int64_t r = 0; r < alone.rows; ++r)
      BOOST_TEST(std::equal(&out1[size_t(r * dim)], &out1[size_t(r * dim)] + dim, &out[size_t(all.row(i, r) * dim)]));
  }
}

BOOST_AUTO_TEST_CASE(largeScoresDoNotOverflow) {
  Call call;
  Batch b({3});
  Floats q(3 * 16, 100.0f), kv(3 * 32, 100.0f), out(3 * 16);
  offramp_cpu_attention(&call, &b, q.data(), &b, kv.data(), out.data(), nullptr, 1, 16, OFFRAMP_ROWS_ALL);
  for (float v : out) BOOST_TEST(v == 100.0f, boost::test_tools::tolerance(1e-6f));
}

// d/dz of Σ out·dout by central differences of the double precision forward.
BOOST_AUTO_TEST_CASE(gradientMatchesCentralDifferences) {
  Random random(13);
  for (const Case &c : {Case{{3, 1, 5}, 2, 8}, Case{{17, 4}, 4, 32}, Case{{30}, 1, 20}})
    for (int64_t which : {OFFRAMP_ROWS_ALL, OFFRAMP_ROWS_FIRST, OFFRAMP_ROWS_REST}) {
      Call call(inMode(EngineMode::Training));
      Batch b(c.rows);
      int64_t rows = queryRows(b, which);
      Floats q = random.floats(rows * c.dim), kv = random.floats(b.rows * 2 * c.dim), dout = random.floats(rows * c.dim);
      Floats out(q.size()), lse(size_t(rows * c.heads)), dq(q.size(), 9.0f), dkv(kv.size(), 9.0f);
      offramp_cpu_attention(&call, &b, q.data(), &b, kv.data(), out.data(), lse.data(), c.heads, c.dim, which);
      offramp_cpu_attention_grad(&call, &b, q.data(), kv.data(), lse.data(), dout.data(), dq.data(), dkv.data(), c.heads, c.dim, which);
      std::vector<double> qd(q.begin(), q.end()), kvd(kv.begin(), kv.end());
      auto objective = [&](int64_t i) {   // of sample i: others do not depend on its values
        std::vector<std::vector<double>> keys;
        for (int64_t t = 0; t <= b.len[i]; ++t)
          keys.emplace_back(kvd.begin() + b.row(i, t) * 2 * c.dim, kvd.begin() + (b.row(i, t) + 1) * 2 * c.dim);
        double sum = 0;
        for (int64_t t = which == OFFRAMP_ROWS_REST; t <= (which == OFFRAMP_ROWS_FIRST ? 0 : b.len[i]); ++t) {
          int64_t at = queryPlace(b, i, t, which);
          Exact e = exactRow({qd.begin() + at * c.dim, qd.begin() + (at + 1) * c.dim}, keys, c.heads, c.dim);
          for (int64_t k = 0; k < c.dim; ++k) sum += e.out[size_t(k)] * dout[size_t(at * c.dim + k)];
        }
        return sum;
      };
      auto difference = [&](double &value, int64_t sample) {
        double old = value, step = 1e-5;
        value = old + step;
        double up = objective(sample);
        value = old - step;
        double down = objective(sample);
        value = old;
        return (up - down) / (2 * step);
      };
      std::vector<double> wantQ(q.size()), wantKv(kv.size());
      for (int64_t i = 0; i < b.n; ++i) {
        for (int64_t t = which == OFFRAMP_ROWS_REST; t <= (which == OFFRAMP_ROWS_FIRST ? 0 : b.len[i]); ++t)
          for (int64_t k = 0; k < c.dim; ++k) {
            size_t at = size_t(queryPlace(b, i, t, which) * c.dim + k);
            wantQ[at] = difference(qd[at], i);
          }
        for (int64_t t = 0; t <= b.len[i]; ++t)
          for (int64_t k = 0; k < 2 * c.dim; ++k) {
            size_t at = size_t(b.row(i, t) * 2 * c.dim + k);
            wantKv[at] = difference(kvd[at], i);
          }
      }
      BOOST_TEST(relativeError(dq, wantQ) < 5e-6, "dq, which " << which << " dim " << c.dim);
      BOOST_TEST(relativeError(dkv, wantKv) < 5e-6, "dkv, which " << which << " dim " << c.dim);
      dq.assign(dq.size(), 9.0f), dkv.assign(dkv.size(), 9.0f);   // as compiled programs call it: nothing saved
      offramp_cpu_attention_grad(&call, &b, q.data(), kv.data(), nullptr, dout.data(), dq.data(), dkv.data(), c.heads, c.dim, which);
      BOOST_TEST(relativeError(dq, wantQ) < 5e-6, "dq without lse, which " << which << " dim " << c.dim);
      BOOST_TEST(relativeError(dkv, wantKv) < 5e-6, "dkv without lse, which " << which << " dim " << c.dim);
    }
}
