// Diagnostics as a designed surface: kinds with stable names, an engine that collects several, one caret renderer for all phases.
// It deliberately never prints and never exits; the tool decides where the text goes.
//
// A kind is declared beside its use, in the .cpp that reports it:
//   OFFRAMP_DIAGNOSTIC(shapeMismatch, "shape-mismatch", "two shapes that must agree do not");
//   …
//   diagnostics.error(shapeMismatch, range, "shape is `f32[3]` when it should be `f32[4]`").note(where, "declared here").hint("…");
// tests/language demands tests/language/invalid/<name>.ramp for every registered kind.
#pragma once

#include "dsl/diag/Source.h"

#include <deque>
#include <string>
#include <vector>

namespace offramp::dsl {

/// A registered kind of diagnostic. Objects have static storage; construct them through OFFRAMP_DIAGNOSTIC only.
class DiagnosticKind {
public:
  DiagnosticKind(const char *name, const char *meaning);
  DiagnosticKind(const DiagnosticKind &) = delete;

  const char *const name;     ///< stable, lower case with hyphens
  const char *const meaning;  ///< one line for the reference, no full stop

  /// Every kind linked into the program, sorted by name.
  static std::vector<const DiagnosticKind *> all();

private:
  const DiagnosticKind *next;
};

// NOLINTNEXTLINE: a macro, because a declaration at namespace scope must register itself.
#define OFFRAMP_DIAGNOSTIC(variable, name, meaning) static const ::offramp::dsl::DiagnosticKind variable(name, meaning)

enum class Severity { Error, Warning };

/// The other half of the story: a second place with a text of its own; the place may be invalid (text only).
struct Note {
  SourceRange range;
  std::string text;
};

/// One report. Messages are lower case, without full stop, code in back-quotes, and say what was expected and what was found.
struct Diagnostic {
  const DiagnosticKind *kind = nullptr;
  Severity severity = Severity::Error;
  SourceRange range;  ///< the narrowest wrong thing
  std::string message;
  std::vector<Note> notes;
  std::string hintText;  ///< empty: none

  Diagnostic &note(SourceRange where, std::string text);
  Diagnostic &hint(std::string text);
};

/// Collects diagnostics of a run over several files. References returned by `error` stay valid.
class DiagnosticEngine {
public:
  explicit DiagnosticEngine(const SourceManager &sources, size_t limit = 20) : sources(sources), limit(limit) {}

  Diagnostic &error(const DiagnosticKind &kind, SourceRange range, std::string message);
  Diagnostic &warning(const DiagnosticKind &kind, SourceRange range, std::string message);

  bool hasErrors() const { return errors > 0; }
  size_t errorCount() const { return errors; }
  const std::deque<Diagnostic> &all() const { return diagnostics; }

  /// All diagnostics as text, in order of file and place; beyond `limit` errors only their number.
  std::string render() const;

private:
  Diagnostic &report(const DiagnosticKind &kind, Severity severity, SourceRange range, std::string message);

  const SourceManager &sources;
  size_t limit;
  size_t errors = 0;
  std::deque<Diagnostic> diagnostics;
};

/// One diagnostic as text: `file:line:column: error: message`, the source line, the caret, then notes and the hint.
std::string render(const Diagnostic &diagnostic, const SourceManager &sources);

}  // namespace offramp::dsl
