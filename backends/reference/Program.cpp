// Typed access to attributes of an op.
#include "backends/reference/Program.h"

#include <stdexcept>

namespace offramp::reference {

template <typename T>
static const T *find(const Op &op, const std::string &key) {
  auto it = op.attributes.find(key);
  return it == op.attributes.end() ? nullptr : std::get_if<T>(&it->second);
}
template <typename T>
static const T &need(const Op &op, const std::string &key) {
  if (const T *v = find<T>(op, key)) return *v;
  throw std::runtime_error("attribute `" + key + "` is missing or of another type");
}

int64_t Op::integer(const std::string &key, int64_t otherwise) const {
  const int64_t *v = find<int64_t>(*this, key);
  return v ? *v : otherwise;
}
int64_t Op::integer(const std::string &key) const { return need<int64_t>(*this, key); }
double Op::real(const std::string &key) const { return need<double>(*this, key); }
bool Op::flag(const std::string &key) const {
  const bool *v = find<bool>(*this, key);
  return v && *v;
}
const std::string &Op::text(const std::string &key) const { return need<std::string>(*this, key); }
const std::vector<int64_t> &Op::list(const std::string &key) const { return need<std::vector<int64_t>>(*this, key); }

}  // namespace offramp::reference
