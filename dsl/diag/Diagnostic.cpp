// Registry of kinds and the engine. The renderer is in Render.cpp.
#include "dsl/diag/Diagnostic.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <tuple>

namespace offramp::dsl {

namespace {

// A list through the objects themselves: safe whatever the order in which static objects are constructed.
const DiagnosticKind *registered = nullptr;

}  // namespace

DiagnosticKind::DiagnosticKind(const char *name, const char *meaning) : name(name), meaning(meaning), next(registered) { registered = this; }

std::vector<const DiagnosticKind *> DiagnosticKind::all() {
  std::vector<const DiagnosticKind *> kinds;
  for (const DiagnosticKind *kind = registered; kind; kind = kind->next) kinds.push_back(kind);
  std::sort(kinds.begin(), kinds.end(), [](auto *a, auto *b) { return std::strcmp(a->name, b->name) < 0; });
  return kinds;
}

Diagnostic &Diagnostic::note(SourceRange where, std::string text) {
  notes.push_back({where, std::move(text)});
  return *this;
}

Diagnostic &Diagnostic::hint(std::string text) {
  hintText = std::move(text);
  return *this;
}

Diagnostic &DiagnosticEngine::report(const DiagnosticKind &kind, Severity severity, SourceRange range, std::string message) {
  if (severity == Severity::Error) ++errors;
  diagnostics.push_back({&kind, severity, range, std::move(message), {}, {}});
  return diagnostics.back();
}

Diagnostic &DiagnosticEngine::error(const DiagnosticKind &kind, SourceRange range, std::string message) {
  return report(kind, Severity::Error, range, std::move(message));
}

Diagnostic &DiagnosticEngine::warning(const DiagnosticKind &kind, SourceRange range, std::string message) {
  return report(kind, Severity::Warning, range, std::move(message));
}

std::string DiagnosticEngine::render() const {
  std::vector<std::pair<size_t, const Diagnostic *>> order;
  for (const Diagnostic &diagnostic : diagnostics) order.push_back({order.size(), &diagnostic});
  std::sort(order.begin(), order.end(), [](auto &a, auto &b) {
    auto key = [](auto &entry) { return std::tuple(entry.second->range.file, entry.second->range.begin, entry.first); };
    return key(a) < key(b);
  });
  std::string out;
  size_t shown = 0;
  for (auto &[number, diagnostic] : order) {
    bool isError = diagnostic->severity == Severity::Error;
    if (isError && shown == limit) continue;
    shown += isError;
    out += dsl::render(*diagnostic, sources);
  }
  if (errors > shown) out += fmt::format("{} more errors are not shown\n", errors - shown);
  return out;
}

}  // namespace offramp::dsl
