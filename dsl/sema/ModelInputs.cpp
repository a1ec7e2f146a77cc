// The `input` declarations of a model (L19, L31): values, tokens (ids, or text with its tokenizer), segments of a text, the label.
// A vocabulary is read here and becomes part of the program. What tokenizing does with a text is the runtime's business.
#include "dsl/sema/ModelElaborator.h"

#include "dsl/diag/Utf8.h"
#include "dsl/sema/Limits.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace offramp::dsl::sema {
namespace {

constexpr uintmax_t kMaxVocabularyBytes = 64u << 20;
constexpr const char *kTokensHint = "write `tokens(vocab = 8000, max = 64)` for ids, `tokens(wordpiece(\"vocab.txt\"), max = 128)` for text";

/// Lines of a vocabulary; a last line without an end counts.
int64_t lineCount(const std::string &text) {
  int64_t lines = std::count(text.begin(), text.end(), '\n');
  return !text.empty() && text.back() != '\n' ? lines + 1 : lines;
}

}  // namespace

std::filesystem::path ModelElaborator::besideModel(const std::string &file) const {
  return std::filesystem::path(sources.path(model.name.range.file)).parent_path() / file;
}

/// L31.
void ModelElaborator::readTokenizer(const ast::Argument &argument, Frame &frame, Input &in) {
  auto *call = argument.value->as<ast::Call>();
  const ast::ArgumentList &list = call->lists.front();
  auto *file = list.arguments.empty() || list.arguments[0].name ? nullptr : list.arguments[0].value->as<ast::String>();
  if (!file) fail(kind::invalidInput, list.range, "`wordpiece` needs the vocabulary's file", "write `wordpiece(\"vocab.txt\")`: one token a line, the first has id 0");
  Tokenizer tokenizer;
  tokenizer.vocabularyFile = file->value;
  for (size_t i = 1; i < list.arguments.size(); ++i) {
    const ast::Argument &option = list.arguments[i];
    Value value = evaluator.evaluate(*option.value, frame);
    auto *flag = value.as<Static>();
    if (!option.name || option.name->text != "lowercase" || !flag || flag->kind != Static::Bool || !flag->isScalar())
      fail(kind::invalidInput, option.range, "`wordpiece` has one option, `lowercase`, which is true or false");
    tokenizer.lowercase = flag->data[0] != 0;
  }
  const std::filesystem::path path = besideModel(tokenizer.vocabularyFile);
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    fail(kind::invalidInput, list.arguments[0].range, fmt::format("there is no vocabulary `{}`", path.string()), "the path is from the model file");
  if (std::filesystem::file_size(path, error) > kMaxVocabularyBytes || error)
    fail(kind::invalidInput, list.arguments[0].range, fmt::format("`{}` is larger than a vocabulary can be ({} MiB)", path.string(), kMaxVocabularyBytes >> 20));
  std::ifstream stream(path, std::ios::binary);
  tokenizer.vocabulary.assign(std::istreambuf_iterator<char>(stream), {});
  if (!stream) fail(kind::invalidInput, list.arguments[0].range, fmt::format("the vocabulary `{}` cannot be read", path.string()));
  if (const size_t valid = validUtf8Length(tokenizer.vocabulary); valid < tokenizer.vocabulary.size())
    fail(kind::invalidInput, list.arguments[0].range,
         fmt::format("line {} of the vocabulary `{}` is not UTF-8", std::count(tokenizer.vocabulary.begin(), tokenizer.vocabulary.begin() + (ptrdiff_t)valid, '\n') + 1, path.string()));
  in.classes = lineCount(tokenizer.vocabulary);
  in.tokenizer = std::move(tokenizer);
}

std::string ModelElaborator::columnName(const ast::Argument &argument) {
  auto *text = argument.value->as<ast::String>();
  if (!text || text->value.empty())
    fail(kind::invalidInput, argument.range, "`first` and `second` name columns of the data", "write `first = \"sentence1\", second = \"sentence2\"`");
  return text->value;
}

void ModelElaborator::readTokens(const ast::TypeExpr &type, Frame &frame, Input &in) {
  in.kind = Input::Tokens;
  in.type.dtype = Dtype::I32;
  in.type.shape = {kRows};
  if (type.arguments)
    for (const ast::Argument &argument : type.arguments->arguments) {
      const std::string option = argument.name ? argument.name->text : "";
      auto *call = argument.value->as<ast::Call>();
      auto *callee = call ? call->callee->as<ast::Name>() : nullptr;
      if (option == "vocab") in.classes = evaluator.evaluateInt(*argument.value, frame, "`vocab`");
      else if (option == "max") in.maxRows = evaluator.evaluateInt(*argument.value, frame, "`max`");
      else if (option == "first") in.firstColumn = columnName(argument);
      else if (option == "second") in.secondColumn = columnName(argument);
      else if (option.empty() && callee && callee->text == "wordpiece" && !in.tokenizer) readTokenizer(argument, frame, in);
      else fail(kind::invalidInput, argument.range, "tokens have `vocab = …` or `wordpiece(…)`, and `max = …`; text also `first` and `second`, its columns", kTokensHint);
    }
  if (in.tokenizer) {
    if (in.firstColumn.empty()) in.firstColumn = in.name;
    const int64_t least = in.secondColumn.empty() ? 2 : 3;  // [CLS] and [SEP], one more [SEP] for a pair
    if (in.maxRows < least) fail(kind::invalidInput, type.range, fmt::format("text needs `max`, at least {} tokens", least), kTokensHint);
    if (in.classes < 1) fail(kind::invalidInput, type.range, fmt::format("the vocabulary `{}` is empty", in.tokenizer->vocabularyFile));
  } else if (!in.firstColumn.empty() || !in.secondColumn.empty()) {
    fail(kind::invalidInput, type.range, "`first` and `second` are columns of text, and this input has no tokenizer", kTokensHint);
  }
  if (in.classes < 1 || in.maxRows < 1 || in.classes > kMaxElements || in.maxRows > kMaxElements)
    fail(kind::invalidInput, type.range, "tokens need their `vocab` and `max`, at least 1", "write `tokens(vocab = 8000, max = 64)`");
}

void ModelElaborator::readSegments(const ast::TypeExpr &type, Input &in) {
  const ast::Name *text = nullptr;
  if (type.arguments && type.arguments->arguments.size() == 1 && !type.arguments->arguments[0].name)
    text = type.arguments->arguments[0].value->as<ast::Name>();
  const Input *of = nullptr;
  for (const Input &other : result.inputs)
    if (text && other.name == text->text && other.tokenizer) of = &other;
  if (!of) fail(kind::invalidInput, type.range, "segments are those of a text input declared before", "write `input text: tokens(wordpiece(\"vocab.txt\"), max = 128), segment: segments(text)`");
  in.kind = Input::Tokens;
  in.type = of->type;
  in.classes = 2;
  in.maxRows = of->maxRows;
  in.segmentsOf = of->name;
}

void ModelElaborator::readLabel(const ast::Parameter &field, Frame &frame, Input &in) {
  in.kind = Input::Label;
  in.type.dtype = Dtype::I32;
  for (const Input &other : result.inputs)
    if (other.kind == Input::Label) fail(kind::invalidInput, field.range, fmt::format("`{}` is the label already; a model has one", other.name));
  if (field.type.arguments) {
    for (const ast::Argument &argument : field.type.arguments->arguments) {
      auto *names = argument.value->as<ast::String>();
      if (!names || argument.name) fail(kind::invalidInput, argument.range, "the names of classes are one file: `class[4](\"names.txt\")`");
      in.namesFile = names->value;
    }
  }
  std::vector<std::string> axes;
  std::vector<int64_t> shape = evaluator.staticShape(field.type, frame, axes);
  if (shape.size() != 1 || shape[0] < 2)
    fail(kind::invalidInput, field.type.range, "a label needs its number of classes, at least 2", "write `class[10]`");
  in.classes = shape[0];
}

/// L32: without a class, the f32 without sizes that the backbone does not read is the label. Called once the backbone is known.
void ModelElaborator::findNumberLabel() {
  Input *label = nullptr;
  for (const Input &in : result.inputs)
    if (in.kind == Input::Label) return;
  for (Input &in : result.inputs) {
    const bool number = in.kind == Input::Values && in.type.dtype == Dtype::F32 && in.type.shape.empty();
    if (!number || std::count(result.embedReads.begin(), result.embedReads.end(), in.name)) continue;
    if (label)
      fail(kind::invalidInput, in.where,
           fmt::format("`{}` and `{}` are both numbers that the backbone does not read; a model has one label", label->name, in.name),
           "make one of them an input of the backbone, or join them to one value with a size");
    label = &in;
  }
  if (!label) return;
  label->kind = Input::Label;
  evaluator.labelIsNumber = true;
}

/// L19.
void ModelElaborator::readInputs(const ast::Input &input) {
  for (const ast::Parameter &field : input.fields) {
    checkNewName(field.name);
    Input in;
    in.name = field.name.text;
    in.where = field.name.range;
    in.type.perSample = true;
    auto frame = modelFrame();
    const ast::TypeExpr &type = field.type;
    const std::string &base = type.name.text;
    if (field.defaultValue) fail(kind::invalidInput, field.defaultValue->range, "an input has no default value");
    if (base == "tokens") {
      readTokens(type, *frame, in);
    } else if (base == "segments") {
      readSegments(type, in);
    } else if (base == "class") {
      readLabel(field, *frame, in);
    } else if (base == "u8" || base == "f32" || base == "int") {
      in.type.dtype = base == "u8" ? Dtype::U8 : base == "f32" ? Dtype::F32 : Dtype::I32;
      std::vector<std::string> axes;
      in.type.shape = evaluator.staticShape(type, *frame, axes);
    } else {
      fail(kind::invalidInput, type.range, fmt::format("an input cannot be `{}`", evaluator.written(type.range)), "inputs are u8, f32 or int with sizes, `tokens(…)`, `segments(…)` of a text, or the label, `class[…]`");
    }
    result.inputs.push_back(std::move(in));
  }
}

}  // namespace offramp::dsl::sema
