// The table of ops, put together from the families.
#include "backends/reference/OpTable.h"

namespace offramp::reference {

static const OpTable &table() {
  static const OpTable all = [] {
    OpTable t;
    addElementwise(t);
    addContractions(t);
    addAttention(t);
    addConvolutions(t);
    addRows(t);
    addReductions(t);
    addMoves(t);
    addCrossings(t);
    return t;
  }();
  return all;
}

SampleFunction findFunction(const std::string &name) {
  auto it = table().find(name);
  return it == table().end() ? nullptr : it->second;
}

std::vector<std::string> opNames() {
  std::vector<std::string> names;
  for (const auto &[name, function] : table()) names.push_back(name);
  return names;
}

}  // namespace offramp::reference
