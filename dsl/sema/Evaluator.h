// Evaluates expressions and routine bodies while a model is elaborated: names, calls, types of arguments and results,
// weights and their paths. Everything it meets is library or user text; it knows the kinds of routines and no routine.
// What only a model has (attachments, tables, phases, the rule) comes in through `Environment`.
#pragma once

#include "dsl/sema/Modules.h"
#include "dsl/sema/Operations.h"
#include "dsl/sema/Value.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace offramp::dsl::sema {

/// Thrown after an error was reported; caught where independent text goes on.
struct Failed {};

/// Names that are not local: what a model declares, where its text is evaluated.
class Environment {
public:
  virtual ~Environment() = default;
  /// Nothing if the name is unknown. May report and throw `Failed` (a label in `infer`).
  virtual std::optional<Value> lookup(const std::string &name, SourceRange where) = 0;
  virtual std::vector<std::string> names() const = 0;
};

/// A variable of a body; inner blocks see and change those of outer ones.
struct Scope {
  Scope *outer = nullptr;
  std::map<std::string, Value> variables;
  Value *find(const std::string &name) {
    auto it = variables.find(name);
    return it != variables.end() ? &it->second : outer ? outer->find(name) : nullptr;
  }
};

/// One instantiation of a routine (or the text of a model).
struct Frame {
  Frame() = default;
  Frame(const Frame &) = delete;
  const Module *module = nullptr;
  const ast::Routine *routine = nullptr;  ///< null: text of a model
  Environment *environment = nullptr;     ///< only for text of a model
  Scope scope;
  Scope *current = &scope;                 ///< innermost block being run
  std::string path;                        ///< of its weights: "" or ending in `.`
  bool mayOwnWeights = false;
  std::map<std::string, int> occurrences;  ///< calls so far, by callee
  Frame *caller = nullptr;
  SourceRange callSite;
};

struct EvaluatedArgument {
  std::optional<ast::Identifier> name;
  Value value;
  SourceRange range;
};
using Arguments = std::vector<EvaluatedArgument>;

/// Collects diagnostics once each: the same text is evaluated for every stage and form.
class Reporter {
public:
  explicit Reporter(DiagnosticEngine &engine) : engine(engine) {}
  Diagnostic *error(const DiagnosticKind &kind, SourceRange range, const std::string &message);
  Diagnostic *warning(const DiagnosticKind &kind, SourceRange range, const std::string &message) { return &engine.warning(kind, range, message); }

private:
  DiagnosticEngine &engine;
  std::set<std::string> seen;
};

class Evaluator {
public:
  Evaluator(const SourceManager &sources, Modules &modules, Reporter &reporter, SettingSource &settings)
      : sources(sources), modules(modules), reporter(reporter), settings(settings) {}

  // Expressions.
  Value evaluate(const ast::Expr &expr, Frame &frame);
  /// `name = callee(…)`: the callee's weights get the name.
  Value evaluateNamed(const ast::Expr &expr, Frame &frame, const std::string &name);
  Static evaluateStatic(const ast::Expr &expr, Frame &frame, const char *what);
  int64_t evaluateInt(const ast::Expr &expr, Frame &frame, const char *what);
  Static asStatic(const Value &value, SourceRange range, Frame &frame, const char *what);
  int64_t asInt(const Value &value, SourceRange range, Frame &frame, const char *what);
  Arguments evaluateArguments(const ast::ArgumentList &list, Frame &frame);

  // Calls (Calls.cpp).
  Value callRoutine(const RoutineRef &ref, const Arguments &statics, const Arguments &arguments, SourceRange callSite,
                    Frame &caller, const std::string &path);
  Value callFunction(const FunctionRef &function, const Arguments &statics, const Arguments &arguments, SourceRange range,
                     Frame &frame, const std::string &path);
  /// Binds arguments to parameters by position, then by name; defaults are evaluated in `callee`.
  void bindStatics(const ast::Routine &routine, const Arguments &statics, SourceRange where, Frame &callee, Frame &caller);
  /// Path of the next call of `callee` in this frame: `linear_0.`, or the name it was given.
  std::string nextPath(Frame &frame, const std::string &callee, const std::string &given);

  // Types (TypePatterns.cpp).
  struct Renames {
    std::map<std::string, std::string> axes;  ///< callee's name → caller's
    std::set<std::string> passing;            ///< leading axes that the call maps over
    bool lifted = false;
  };
  Value bindType(const ast::TypeExpr &type, const Value &value, SourceRange range, const std::string &name, Frame &callee,
                 Frame &caller, Renames &renames);
  Value checkResult(const ast::TypeExpr &type, const Value &value, SourceRange range, Frame &callee, const Renames &renames);
  /// Dimensions of a weight or input: all known now; `axes` gets the names among them.
  std::vector<int64_t> staticShape(const ast::TypeExpr &type, Frame &frame, std::vector<std::string> &axes);
  std::string written(SourceRange range) const { return std::string(sources.text(range)); }

  // Bodies (Statements.cpp).
  std::optional<Value> run(const ast::Block &block, Frame &frame);
  std::optional<Value> runStatement(const ast::Statement &statement, Frame &frame);
  void assign(const ast::Binding &binding, Frame &frame);
  Value declareWeight(const ast::Weight &weight, Frame &frame);

  // Builtins (Builtins.cpp and siblings).
  Value callBuiltin(const std::string &name, const Arguments &statics, const Arguments &arguments, SourceRange range, Frame &frame);
  static bool isBuiltin(const std::string &name);
  static std::vector<std::string> builtinNames();

  Operations operations(SourceRange where) { return Operations(builder, settings, where); }
  [[noreturn]] void fail(const DiagnosticKind &kind, SourceRange range, const std::string &message, Frame &frame,
                         const std::string &hint = "");
  [[noreturn]] void fail(const Wrong &wrong, SourceRange range, Frame &frame, const std::vector<SourceRange> &arguments = {});
  /// The place underlined for a call site deep inside the library: notes lead back to the model's text.
  void addTrace(Diagnostic &diagnostic, Frame &frame);

  const SourceManager &sources;
  Modules &modules;
  Reporter &reporter;
  SettingSource &settings;
  FunctionBuilder *builder = nullptr;  ///< null: only numbers known now
  bool training = false;               ///< the value of `training` in library text
  bool labelIsNumber = false;          ///< heads give one number, not logits of classes (L32)
  size_t steps = 0;

private:
  void matchDimensions(const ast::TypeExpr &type, const std::vector<int64_t> &shape, std::vector<std::string> &axes,
                       SourceRange range, const std::string &what, Frame &callee, Frame &blamed, Renames &renames);
  Value evaluateNode(const ast::Expr &expr, Frame &frame, const std::string &path);
  Value evaluateName(const ast::Name &name, SourceRange range, Frame &frame);
  Value evaluateMember(const ast::Member &member, const ast::Expr &expr, Frame &frame);
  Value evaluateCall(const ast::Call &call, const ast::Expr &expr, Frame &frame, const std::string &path);
  Value evaluateIndex(const ast::Index &index, const ast::Expr &expr, Frame &frame);
  Value evaluateBinary(const ast::Binary &binary, const ast::Expr &expr, Frame &frame);
  Value evaluateReduction(const ast::Reduction &reduction, const ast::Expr &expr, Frame &frame);
  int depth = 0;
  int calls = 0;
};

/// The candidate nearest to a misspelt name, or "" if none is near.
std::string nearest(const std::string &name, const std::vector<std::string> &candidates);

}  // namespace offramp::dsl::sema
