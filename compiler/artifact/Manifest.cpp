#include "compiler/artifact/Manifest.h"

#include "compiler/dialect/Nn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <nlohmann/json.hpp>

using namespace mlir;
using Json = nlohmann::ordered_json;

namespace offramp {
namespace {

const char *dtypeName(dsl::Dtype dtype) {
  switch (dtype) {
    case dsl::Dtype::F32: return "f32";
    case dsl::Dtype::I32: return "i32";
    case dsl::Dtype::U8: return "u8";
    case dsl::Dtype::I1: return "bool";
  }
  return "f32";
}

Json inputs(const dsl::Model &model) {
  Json out = Json::array();
  for (const dsl::Input &input : model.inputs) {
    const char *kind = input.kind == dsl::Input::Values ? "values" : input.kind == dsl::Input::Tokens ? "tokens" : "label";
    out.push_back({{"name", input.name},
                   {"kind", kind},
                   {"dtype", dtypeName(input.type.dtype)},
                   {"shape", input.kind == dsl::Input::Tokens ? std::vector<int64_t>{} : input.type.shape},
                   {"classes", input.classes},
                   {"max_rows", input.maxRows},
                   {"names_file", input.namesFile}});
    if (input.tokenizer)
      out.back()["tokenizer"] = {{"kind", "wordpiece"}, {"lowercase", input.tokenizer->lowercase}, {"first", input.firstColumn}, {"second", input.secondColumn},
                                 {"vocabulary", input.tokenizer->vocabulary}};
    if (!input.segmentsOf.empty()) out.back()["segments_of"] = input.segmentsOf;
  }
  return out;
}

Json weights(ModuleOp module) {
  Json instances = Json::array();
  int64_t elements = 0;
  for (auto instance : module.getOps<nn::InstanceOp>()) {
    auto bundle = module.lookupSymbol<nn::BundleOp>(instance.getBundle());
    Json fields = Json::array();
    auto byRows = bundle->getAttrOfType<ArrayAttr>("nn.row_gradients");
    for (size_t i = 0; i < bundle.getNames().size(); ++i)
      fields.push_back({{"name", cast<StringAttr>(bundle.getNames()[i]).getValue().str()},
                        {"offset", bundle.offsetOf(i)},
                        {"shape", bundle.shapeOf(i).vec()},
                        {"initializer", cast<StringAttr>(bundle.getKinds()[i]).getValue().str()},
                        {"scale", cast<FloatAttr>(bundle.getScales()[i]).getValueAsDouble()},
                        {"decays", cast<BoolAttr>(bundle.getDecays()[i]).getValue()},
                        {"row_gradients", byRows && llvm::is_contained(byRows, bundle.getNames()[i])}});
    instances.push_back({{"path", instance.getSymName().str()}, {"offset", (int64_t)instance.getOffset()}, {"elements", bundle.elements()}, {"fields", fields}});
    elements = std::max<int64_t>(elements, instance.getOffset() + bundle.elements());
  }
  return {{"elements", elements}, {"instances", instances}};
}

Json programs(ModuleOp module) {
  Json out = Json::array();
  for (auto f : module.getOps<func::FuncOp>()) {
    auto kind = f->getAttrOfType<StringAttr>("nn.program");
    if (!kind) continue;
    auto arena = f->getAttrOfType<DenseI64ArrayAttr>("nn.arena").asArrayRef();
    out.push_back({{"name", f->getAttrOfType<StringAttr>("nn.name").getValue().str()},
                   {"kind", kind.getValue().str()},
                   {"symbol", f.getName().str()},
                   {"arena", {{"row", arena[0]}, {"sample", arena[1]}, {"fixed", arena[2]}}}});
  }
  return out;
}

/// `manifest`: what is made of it so far, weights and programs at least.
Json phases(const dsl::Model &model, const Json &manifest) {
  const Json &weightBlock = manifest["weights"];
  auto isProgram = [&](const std::string &name) {
    for (const Json &program : manifest["programs"])
      if (program["name"] == name) return true;
    return false;
  };
  // `updates` names the backbone and attachments; the runtime updates instances.
  auto instancesOf = [&](const std::vector<std::string> &updates) {
    std::vector<std::string> paths;
    auto add = [&](const std::string &path) {
      bool exists = false;
      for (const Json &instance : weightBlock["instances"]) exists |= instance["path"] == path;
      if (exists && std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
    };
    for (const std::string &name : updates) {
      if (name == "backbone") {
        add(model.embed.path);
        for (const dsl::Instance &stage : model.stages) add(stage.path);
      }
      for (const dsl::Attachment &attachment : model.attachments)
        if (attachment.name == name)
          for (const dsl::Instance &instance : attachment.instances) add(instance.path);
    }
    return paths;
  };
  // A table that is measured again has its own program for that: choose-program numbers them in the same order.
  std::map<std::string, int> measures;
  auto measureOf = [&](const std::string &table) {
    const int number = ++measures[table];
    return table + ".measure" + (number > 1 ? "." + std::to_string(number) : "");
  };
  Json out = Json::array();
  for (const dsl::Phase &phase : model.phases) {
    if (auto *train = std::get_if<dsl::TrainPhase>(&phase)) {
      const dsl::Optimizer &o = train->optimizer;
      std::vector<std::string> metrics{"loss"};
      metrics.insert(metrics.end(), train->metrics.begin(), train->metrics.end());
      out.push_back({{"kind", "train"}, {"name", train->name}, {"program", train->name + ".step"}, {"epochs", train->epochs}, {"batch", train->batch},
                     {"optimizer", {{"lr", o.lr}, {"beta1", o.beta1}, {"beta2", o.beta2}, {"eps", o.eps}, {"weight_decay", o.weightDecay},
                                    {"warmup", o.warmup}, {"decay", o.decay}, {"clip", o.clip}, {"average", o.average}, {"lazy_rows", o.lazyRows}}},
                     {"updates", instancesOf(train->updates)}, {"metrics", metrics}});
      if (const std::string keep = train->name + ".keep"; isProgram(keep)) {
        Json tables = Json::array();
        for (const Json &table : manifest["tables"])
          if (table["name"].get<std::string>().starts_with(train->name + ".kept.")) tables.push_back(table["name"]);
        out.back()["kept"] = {{"program", keep}, {"step", train->name + ".kept.step"}, {"tables", tables}};
      }
    } else {
      const auto &measure = std::get<dsl::MeasurePhase>(phase);
      const std::string program = measureOf(measure.table);
      out.push_back({{"kind", "measure"}, {"table", measure.table}, {"program", program}});
      if (isProgram(program + ".keep")) out.back()["keep"] = program + ".keep";
    }
  }
  return out;
}

Json settings(const dsl::Model &model) {
  Json out = Json::array();
  for (const dsl::Setting &setting : model.settings) out.push_back({{"name", setting.name}, {"value", setting.value}});
  return out;
}

}  // namespace

std::string withSettings(const std::string &manifest, const dsl::Model &model) {
  Json out = Json::parse(manifest);
  out["settings"] = settings(model);
  out["phases"] = phases(model, out);
  return out.dump(2) + "\n";
}

std::string manifestJson(const dsl::Model &model, ModuleOp module, const std::vector<StageCost> &costs, const CpuTarget &cpu, const std::string &cacheKey,
                         const std::string &sha256, const std::string &objectSha256) {
  Json out;
  out["format"] = 1;
  out["offramp"] = "0.1.0";
  out["model"] = model.name;
  out["cache_key"] = cacheKey;
  out["sha256"] = sha256;
  out["object_sha256"] = objectSha256;
  out["cpu"] = {{"name", cpu.name}, {"features", cpu.requiredFlags}};
  out["inputs"] = inputs(model);
  out["rows_per_sample"] = model.rowsPerSample;
  out["settings"] = settings(model);
  out["static_parameters"] = model.staticParameters;
  int64_t classes = 0;
  for (const dsl::Attachment &attachment : model.attachments)
    if (attachment.name == model.infer.value) {
      const dsl::Function &f = model.functions[attachment.instances[0].function];
      const dsl::Type &type = f.typeOf(f.results[0]);
      classes = type.shape.empty() ? 1 : type.shape.back();
    }
  out["answer"] = {{"attachment", model.infer.value}, {"classes", classes}, {"decision", model.infer.decisionKind}};
  int64_t stages = (int64_t)model.stages.size();
  out["stages"] = stages;
  out["weights"] = weights(module);
  Json tables = Json::array();
  for (const dsl::Table &table : model.tables) tables.push_back({{"name", table.name}, {"dtype", dtypeName(table.type.dtype)}, {"initial", table.initial}});
  if (auto kept = module->getAttrOfType<ArrayAttr>("nn.kept_tables"))
    for (auto table : kept.getAsRange<DictionaryAttr>())
      tables.push_back({{"name", table.getAs<StringAttr>("name").getValue().str()},
                        {"dtype", table.getAs<TypeAttr>("type").getValue().isF32() ? "f32" : "i32"},
                        {"initial", 0},
                        {"elements", table.getAs<IntegerAttr>("elements").getInt()}});
  out["tables"] = tables;
  out["programs"] = programs(module);
  out["phases"] = phases(model, out);
  out["evaluate"] = {{"program", "evaluate"},
                     {"collected",
                      {{{"name", "logits"}, {"shape", {stages, classes}}}, {{"name", "leave"}, {"shape", {stages}}}, {{"name", "decision"}, {"shape", {stages}}}}}};
  Json stageList = Json::array();
  for (const StageCost &c : costs)
    stageList.push_back({{"stage", c.stage}, {"split", c.split}, {"split_reason", c.reason}, {"row_macs", c.whole.perRow}, {"sample_macs", c.whole.perSample},
                         {"first_row_macs", c.first.perRow}, {"first_sample_macs", c.first.perSample}, {"rest_row_macs", c.rest.perRow},
                         {"whole_calls", c.whole.calls}, {"first_calls", c.first.calls}, {"rest_calls", c.rest.calls}, {"row_bytes", c.rowBytes}});
  out["stage_costs"] = stageList;
  return out.dump(2) + "\n";
}

}  // namespace offramp
