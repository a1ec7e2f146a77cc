// The C header beside a library or object.
#include "compiler/tools/offramp/Product.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"

#include <fmt/ranges.h>

namespace offramp::tool {

using namespace runtime;

std::string productHeader(const Product &product, const Manifest &manifest, const std::vector<std::string> &classes) {
  for (const char *taken : {"name", "version", "stages", "classes", "class", "inputs", "input", "texts", "settings", "setting"})  // Offramp.h
    if (product.entry == std::string("offramp_model_") + taken)
      userError("`{}` would be entered by `{}`, a function of the interface; choose another file name", product.name, product.entry);
  // What stands in a comment must not end it.
  auto plain = [](std::string text) {
    for (size_t at = 0; (at = text.find("*/", at)) != std::string::npos;) text.replace(at, 2, "* /");
    return text;
  };
  std::string about = fmt::format("/* Model {} as `{}`, made by offramp {} for {}. {} stages, {}.\n *\n", manifest.model, product.name,
                                  manifest.offramp, manifest.cpuName, manifest.stages,
                                  manifest.answersNumber() ? "the answer is a number" : fmt::format("{} classes", manifest.classes));
  size_t place = 0;
  for (const FieldSpec &field : manifest.inputs)
    if (field.kind != FieldKind::Label) about += fmt::format(" * inputs[{}] {}: {}\n", place++, plain(field.name), describe(field));
  for (const ManifestSetting &setting : manifest.settings) about += fmt::format(" * setting {} = {}\n", plain(setting.name), setting.value);
  if (!classes.empty() && classes.size() <= 100) about += fmt::format(" * classes: {}\n", plain(fmt::format("{}", fmt::join(classes, ", "))));
  about += " *\n * The interface below is the same for all models; include the headers of several models side by side.\n */\n";
  const std::string guard = product.entry + "_H";
  std::string text = about + fmt::format("#ifndef {0}\n#define {0}\n\n", guard);
  text += readFile(productFiles() / "Offramp.h");
  text += fmt::format("\n#ifdef __cplusplus\nextern \"C\"\n#endif\nconst offramp_model *{}(void);\n\n#endif\n", product.entry);
  return text;
}

}  // namespace offramp::tool
