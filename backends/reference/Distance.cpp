// The rules of Distance.h, one function a rule.
#include "backends/reference/Distance.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace offramp::reference {

static constexpr double kNever = INFINITY;

double Track::at(int64_t element) const { return distance.empty() ? kNever : distance[element]; }
double Track::least() const { return distance.empty() ? kNever : *std::min_element(distance.begin(), distance.end()); }

namespace {

using Tracks = std::vector<const Track *>;

/// Element of each operand that broadcasts to element i of the result.
struct Aligned {
  std::vector<std::vector<int64_t>> index;
  Aligned(const Operands &x, const Tensor &result) {
    for (const Tensor *t : x) index.push_back(broadcastIndex(*t, result.rows ? result.items() : -1, result.itemShape()));
  }
  int64_t at(size_t operand, int64_t i) const { return index[operand][i]; }
};

template <typename F>
std::vector<double> perElement(const Operands &x, const Tensor &y, F f) {
  Aligned from(x, y);
  std::vector<double> d(y.size());
  for (int64_t i = 0; i < y.size(); ++i) d[i] = f(from, i);
  return d;
}

std::vector<double> ofCompare(const Operands &x, const Tracks &t, const Tensor &y) {
  bool exact = t[0]->exact && t[1]->exact;
  return perElement(x, y, [&](const Aligned &from, int64_t i) {
    int64_t a = from.at(0, i), b = from.at(1, i);
    double gap = exact ? kNever : std::fabs(x[0]->data[a] - x[1]->data[b]);
    if (std::isnan(gap)) gap = 0;  // a comparison with NaN is never a clear one
    return std::min({gap, t[0]->at(a), t[1]->at(b)});
  });
}

/// `decisive`: the value of an operand that alone settles the result (and: false, or: true). Settled by several, all of them must flip.
std::vector<double> ofLogical(const Operands &x, const Tracks &t, const Tensor &y, double decisive) {
  return perElement(x, y, [&](const Aligned &from, int64_t i) {
    double a = x[0]->data[from.at(0, i)], b = x[1]->data[from.at(1, i)], da = t[0]->at(from.at(0, i)), db = t[1]->at(from.at(1, i));
    if (a == decisive && b == decisive) return std::max(da, db);
    if (a == decisive) return da;
    if (b == decisive) return db;
    return std::min(da, db);
  });
}

/// Where both values agree exactly, the condition may flip without effect unless the other value flips too.
std::vector<double> ofSelect(const Operands &x, const Tracks &t, const Tensor &y) {
  return perElement(x, y, [&](const Aligned &from, int64_t i) {
    bool first = x[0]->data[from.at(0, i)] != 0;
    size_t chosen = first ? 1 : 2, other = first ? 2 : 1;
    double condition = t[0]->at(from.at(0, i)), own = t[chosen]->at(from.at(chosen, i));
    bool equal = t[1]->exact && t[2]->exact && x[1]->data[from.at(1, i)] == x[2]->data[from.at(2, i)];
    return std::min(own, equal ? std::max(condition, t[other]->at(from.at(other, i))) : condition);
  });
}

std::vector<double> ofArgmax(const Tensor &x, const Track &t, const Tensor &y) {
  int64_t n = x.shape.back();
  std::vector<double> d(y.size(), kNever);
  for (int64_t i = 0; i < y.size(); ++i) {
    const double *v = x.data.data() + i * n;
    for (int64_t j = 0; j < n; ++j) {
      d[i] = std::min(d[i], t.at(i * n + j));
      if (!t.exact && j != (int64_t)y.data[i]) d[i] = std::min(d[i], v[(int64_t)y.data[i]] - v[j]);
    }
    if (std::isnan(d[i])) d[i] = 0;
  }
  return d;
}

std::vector<double> ofFirstTrue(const Tensor &x, const Track &t, const Tensor &y) {
  int64_t n = x.shape.back();
  std::vector<double> d(y.size(), kNever);
  for (int64_t i = 0; i < y.size(); ++i)
    for (int64_t j = 0; j < n; ++j) {
      d[i] = std::min(d[i], t.at(i * n + j));
      if (x.data[i * n + j] != 0) break;
    }
  return d;
}

/// Rounding toward zero flips at the integers; ±1 bound the zero.
double toInteger(double v) {
  double m = std::fabs(v), whole = std::floor(m);
  return whole == 0 ? 1 - m : std::min(m - whole, whole + 1 - m);
}

/// Each element keeps its own distance: elementwise ops with one broadcast.
std::vector<double> ofElementwise(const Operands &x, const Tracks &t, const Tensor &y) {
  return perElement(x, y, [&](const Aligned &from, int64_t i) {
    double d = kNever;
    for (size_t k = 0; k < x.size(); ++k) d = std::min(d, t[k]->at(from.at(k, i)));
    return d;
  });
}

/// Moves carry distances as they carry values: the op itself is run on them.
std::vector<double> ofMove(const Op &op, const Operands &x, const Tracks &t) {
  std::vector<Tensor> carried;
  Operands moved;
  for (size_t k = 0; k < x.size(); ++k) {
    carried.push_back(*x[k]);
    carried.back().data = t[k]->distance.empty() ? std::vector<double>(x[k]->size(), kNever) : t[k]->distance;
  }
  for (const Tensor &c : carried) moved.push_back(&c);
  return op.function(op, moved, {})[0].data;
}

bool isIntegral(const Tensor &y) {
  return std::all_of(y.data.begin(), y.data.end(), [](double v) { return v == std::trunc(v) && std::fabs(v) < (1 << 24); });
}

const std::set<std::string> kElementwise = {"nn.neg", "nn.abs", "nn.relu", "nn.exp", "nn.log", "nn.sqrt", "nn.tanh", "nn.sigmoid", "nn.gelu",
                                            "nn.softplus", "nn.stop_gradient", "nn.add", "nn.sub", "nn.mul", "nn.div", "nn.min", "nn.max",
                                            "nn.broadcast"};
const std::set<std::string> kMoves = {"nn.stack", "nn.concat", "nn.slice", "nn.reshape", "nn.transpose", "nn.row", "nn.rest", "nn.join",
                                      "nn.to_rows", "nn.from_rows"};
/// Exact on exact operands: nothing is rounded.
const std::set<std::string> kUnrounded = {"nn.neg", "nn.abs", "nn.relu", "nn.min", "nn.max", "nn.select", "nn.broadcast", "nn.stop_gradient",
                                          "nn.take", "nn.reduce_max", "nn.reduce_min", "nn.spread", "nn.gather"};
/// Exact on exact operands as long as the results are integers that f32 holds.
const std::set<std::string> kExactOnIntegers = {"nn.add", "nn.sub", "nn.mul", "nn.sum", "nn.cumsum"};

bool isExact(const Op &op, const Tracks &t, const Tensor &y) {
  if (y.dtype != Dtype::F32 || op.name == "nn.uniform") return true;
  if (op.name == "nn.spread" && op.flag("mean")) return false;
  bool operands = std::all_of(t.begin(), t.end(), [](const Track *k) { return k->exact; });
  if (!operands) return false;
  if (op.name == "nn.cast" || kMoves.count(op.name) || kUnrounded.count(op.name)) return true;
  return kExactOnIntegers.count(op.name) && isIntegral(y);
}

}  // namespace

Track trackResult(const Op &op, const Operands &x, const Tracks &t, const Tensor &y) {
  Track out;
  out.exact = isExact(op, t, y);
  if (op.name == "nn.compare") return out.distance = ofCompare(x, t, y), out;
  if (op.name == "nn.argmax") return out.distance = ofArgmax(*x[0], *t[0], y), out;
  if (op.name == "nn.cast" && y.dtype != Dtype::F32 && x[0]->dtype == Dtype::F32) {
    for (int64_t i = 0; i < y.size(); ++i) out.distance.push_back(std::min(t[0]->at(i), t[0]->exact ? kNever : toInteger(x[0]->data[i])));
    return out;
  }
  bool carries = std::any_of(t.begin(), t.end(), [](const Track *k) { return !k->distance.empty(); });
  if (!carries || y.size() == 0) return out;
  if (op.name == "nn.cast" || op.name == "nn.not") out.distance = t[0]->distance;
  else if (op.name == "nn.and") out.distance = ofLogical(x, t, y, 0);
  else if (op.name == "nn.or") out.distance = ofLogical(x, t, y, 1);
  else if (op.name == "nn.select") out.distance = ofSelect(x, t, y);
  else if (op.name == "nn.first_true") out.distance = ofFirstTrue(*x[0], *t[0], y);
  else if (kElementwise.count(op.name)) out.distance = ofElementwise(x, t, y);
  else if (kMoves.count(op.name)) out.distance = ofMove(op, x, t);
  else {  // what mixes elements: the least of all
    double least = kNever;
    for (const Track *k : t) least = std::min(least, k->least());
    out.distance.assign(y.size(), least);
  }
  return out;
}

}  // namespace offramp::reference
