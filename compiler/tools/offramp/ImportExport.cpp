// `offramp import hf` and `offramp export hf`: pretrained encoders in, trained weights out.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"

#include "runtime/core/Error.h"
#include "runtime/hf/ExportBert.h"
#include "runtime/hf/ImportBert.h"
#include "runtime/train/Run.h"

#include <fmt/ranges.h>

#include <iostream>

namespace offramp::tool {
namespace {

using namespace runtime;

void import(const hf::ImportOptions &options) {
  const hf::ImportSummary s = hf::importBert(options);
  const hf::BertConfig &c = s.config;
  std::cout << fmt::format("{}: {} layers of width {}, {} heads, hidden {}, {} tokens, {} positions; {} tensors taken\n", options.folder.string(), c.layers, c.width, c.heads,
                           c.hidden, c.vocabulary, c.positions, s.tensors);
  std::cout << (s.classifier ? fmt::format("the classifier of {} is the head of stage {}; the other exits start anew\n", s.classes == 1 ? "a number" : fmt::format("{} classes", s.classes), c.layers)
                : s.pooler   ? fmt::format("the pooler is in the head of stage {}; the exits' other weights start anew\n", c.layers)
                             : std::string("the exits start anew\n"));
  if (!s.leftOut.empty()) std::cout << fmt::format("left out: {}\n", fmt::join(s.leftOut, ", "));
  std::cout << fmt::format("{}: model.ramp, weights.safetensors, vocab.txt; next:\n  offramp train {} --init {} --data train=DATA.tsv --out runs/NAME\n", options.out.string(),
                           (options.out / "model.ramp").string(), (options.out / "weights.safetensors").string());
}

struct Export {
  std::string run, like, out;
};

void exportRun(const Export &options) {
  hf::ExportOptions how{trainedWeights(options.run), options.like, options.out, readRun(options.run).classes};
  const hf::ExportSummary s = hf::exportBert(how);
  std::cout << fmt::format("{}: {} tensors, {}\n", options.out, s.tensors,
                           s.classes ? fmt::format("BertForSequenceClassification of {} classes", s.classes) : std::string("BertModel (the last head is no pooler with a classifier)"));
  if (!s.leftOut.empty()) std::cout << fmt::format("left out, because that model has no exits: {} tensors, for example {}\n", s.leftOut.size(), s.leftOut.front());
}

}  // namespace

void addImportExport(CLI::App &app) {
  CLI::App *in = app.add_subcommand("import", "Take over a pretrained model")->require_subcommand(1);
  auto options = std::make_shared<hf::ImportOptions>();
  CLI::App *importHf = in->add_subcommand("hf", "A BERT encoder in Hugging Face's form: config.json, model.safetensors, vocab.txt or tokenizer.json");
  importHf->add_option("DIR", options->folder, "folder of the pretrained model")->required();
  importHf->add_option("-o,--out", options->out, "folder to make: model.ramp, weights.safetensors, vocab.txt")->required();
  importHf->add_option("--classes", options->classes, "classes of the label, 1 if it is a number; those of the folder's classifier, else 2")
      ->check(CLI::Range(1, 1000000));
  importHf->add_option("--max", options->max, "longest text in tokens (128, or as many as the encoder has positions)")->check(CLI::Range(3, 1 << 20));
  auto columns = importHf->add_option("--columns", options->columns, "columns of the data that hold the text, one or two (sentence)")->delimiter(',');
  importHf->add_flag_callback("--pair", [options] { options->columns = {"sentence1", "sentence2"}; }, "two texts per sample: `--columns sentence1,sentence2`")
      ->excludes(columns);
  importHf->add_flag("--encoder-only{false}", options->head, "leave pooler and classifier out: exits read the mean of all tokens");
  importHf->add_option("--method", options->method, "how exits are trained and taken: a text of the library's folder `starting` (max-probability; agreement for numbers)");
  importHf->footer("Example: offramp import hf models/bert-base-uncased -o bert --method max-probability --columns question,answer --classes 3");
  importHf->callback([options] {
    options->starting = importRoots().front() / "starting";
    import(*options);
  });

  CLI::App *out = app.add_subcommand("export", "Give trained weights to other programs")->require_subcommand(1);
  auto what = std::make_shared<Export>();
  CLI::App *exportHf = out->add_subcommand("hf", "A Hugging Face folder with the encoder and the last stage's head");
  exportHf->add_option("RUN", what->run, "run folder of `offramp train`")->required();
  exportHf->add_option("--like", what->like, "folder that was imported; its config and tokenizer files are used")->required();
  exportHf->add_option("-o,--out", what->out, "folder to make")->required();
  exportHf->footer("Example: offramp export hf runs/sst2 --like models/bert-base-uncased -o exported");
  exportHf->callback([what] { exportRun(*what); });
}

}  // namespace offramp::tool
