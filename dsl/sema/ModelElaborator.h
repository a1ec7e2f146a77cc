// Turns one model declaration into a `Model`: its network (embed, stages, attachments), its phases and its exit rule.
// One object is one attempt with a fixed set of compile-time parameters; Elaborate.cpp repeats it when a parameter turns
// out to shape something. Expressions are the Evaluator's; this class gives them the names that only a model has.
#pragma once

#include "dsl/sema/Evaluator.h"

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace offramp::dsl::sema {

class ModelElaborator : public SettingSource, public Environment {
public:
  ModelElaborator(const SourceManager &sources, Modules &modules, const Module &module, const ast::Model &model,
                  const std::map<std::string, std::string> &overrides, std::set<std::string> &compileTime, DiagnosticEngine &engine);

  /// False if something was wrong (reported) or a parameter became compile time (`compileTime` grew: try again).
  bool run();
  Model result;

  Value readSetting(const std::string &name) override;
  std::optional<Value> lookup(const std::string &name, SourceRange where) override;
  std::vector<std::string> names() const override;

private:
  /// Where text of the model is evaluated, which decides what its names mean.
  enum class Place {
    Static,   ///< compile-time arguments
    Embed,    ///< arguments of the backbone: inputs are parameters
    Attach,   ///< `after each stage`: `h`, earlier attachments, `stage` as a number
    Collect,  ///< phases: attachments stacked over stages, `stage` is 1 … depth
    Rule,     ///< `infer`: attachments here, states, `stage` of this moment
  };
  struct Setup {  ///< one parameter of the model or of `infer`
    const ast::Parameter *parameter = nullptr;
    Static value;
    bool ofInfer = false, read = false;
  };
  struct Attached {
    std::string name;
    bool policy = false;
    SourceRange where;
    std::vector<Type> types;  ///< result of each instance
    std::vector<std::vector<std::string>> axes;
    std::set<std::string> arguments;
  };

  // ModelParameters.cpp
  void readParameters();
  void readParameter(const ast::Parameter &parameter, bool ofInfer);
  void checkOverrides();
  Static parseOverride(const std::string &name, const std::string &text, const std::string &type, SourceRange where);
  void finishParameters();
  void checkNewName(const ast::Identifier &name);

  // ModelInputs.cpp
  void readInputs(const ast::Input &input);
  void readTokens(const ast::TypeExpr &type, Frame &frame, Input &in);
  void readTokenizer(const ast::Argument &argument, Frame &frame, Input &in);
  void readSegments(const ast::TypeExpr &type, Input &in);
  void readLabel(const ast::Parameter &field, Frame &frame, Input &in);
  void findNumberLabel();
  std::string columnName(const ast::Argument &argument);
  std::filesystem::path besideModel(const std::string &file) const;

  // ModelNetwork.cpp
  void buildBackbone(const ast::Binding &binding);
  void buildStages(const ast::Routine &routine, const ast::Statement &statement, Frame &setting, Tensor &state);
  void buildStage(const ast::Routine &routine, const ast::Block &body, const std::string &counter, int64_t number, Frame &setting, Tensor &state);
  Tensor stageState(const ast::Routine &routine, const Value &value, SourceRange where, Frame &frame);
  int addFunction(Function function, const std::string &name);

  // ModelAttachments.cpp
  void attach(const ast::Binding &binding);
  Value attachedValue(const Attached &attached, Tensor tensor);

  // ModelPhases.cpp
  void readTable(const ast::Table &table);
  void train(const ast::Train &train);
  void readOptions(const ast::Train &train, TrainPhase &phase);
  void setOption(TrainPhase &phase, const std::string &name, const Static &value, SourceRange where);
  void readOptimizer(const ast::Expr &expr, TrainPhase &phase);
  void checkUpdates(const ast::Train &train, TrainPhase &phase);
  void rollout(const ast::Rollout &rollout, Frame &frame, std::vector<std::pair<std::string, Tensor>> &metrics);
  Tensor objective(const ast::Objective &objective, Frame &frame, std::vector<std::pair<std::string, Tensor>> &metrics);
  void measure(const ast::Measure &measure);

  // ModelRule.cpp
  void readState(const ast::State &state);
  void infer(const ast::Infer &infer);
  std::optional<Tensor> decisionOf(const ast::Expr &condition, Frame &frame, std::string &kind);
  Tensor stateValue(const State &state, const Value &value, SourceRange where, Frame &frame);

  // ModelNames.cpp
  std::optional<Value> lookupAttached(const Attached &attached, SourceRange where);
  Value definition(const ast::Binding &binding, SourceRange where);
  Tensor readInput(const Input &input);
  Tensor parameterOf(const std::string &name, Type type, Read::Kind kind, std::vector<std::string> axes);

  /// Starts a function: a fresh builder and, for text of the model, a fresh frame.
  struct Building;
  std::unique_ptr<Frame> modelFrame();
  [[noreturn]] void fail(const DiagnosticKind &kind, SourceRange range, const std::string &message, const std::string &hint = "");

  const SourceManager &sources;
  Modules &modules;
  const Module &module;
  const ast::Model &model;
  const std::map<std::string, std::string> &overrides;
  std::set<std::string> &compileTime;
  Reporter reporter;
  Evaluator evaluator;

  Place place = Place::Static;
  bool failed = false, grew = false;
  std::vector<std::string> parameterOrder;
  std::map<std::string, Setup> parameters;
  std::vector<Attached> attachments;
  std::map<std::string, const ast::Binding *> definitions;
  std::map<std::string, SourceRange> declared;
  std::string stateName = "h";
  std::vector<Type> stageTypes;
  std::vector<std::vector<std::string>> stageAxes;
  int64_t currentStage = 0;           ///< in Place::Attach
  std::string attaching;              ///< name of the attachment being built
  std::vector<Function> originals;    ///< before draws were numbered: what equality is decided on
  std::map<std::string, int> usedFunctionNames;
  int64_t nextSite = 1, weightCount = 0;
  /// Of the function being built.
  std::map<std::string, Value> definitionValues;
  std::set<std::string> beingDefined;
  std::map<std::string, Tensor> readParametersOfFunction;
};

/// Saves and restores what belongs to the function being built.
struct ModelElaborator::Building {
  ModelElaborator &m;
  FunctionBuilder builder;
  FunctionBuilder *savedBuilder;
  Place savedPlace;
  bool savedTraining;
  std::map<std::string, Value> savedDefinitions;
  std::map<std::string, Tensor> savedReads;

  Building(ModelElaborator &m, Place place, bool training);
  ~Building();
};

}  // namespace offramp::dsl::sema
