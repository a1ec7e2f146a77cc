// The C interface of runtime/abi/Offramp.h on top of EmbeddedModel and Infer. Checks what callers give; lets no exception out.
#include "runtime/abi/Offramp.h"

#include "runtime/core/Error.h"
#include "runtime/data/TextField.h"
#include "runtime/embed/EmbeddedModel.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Infer.h"
#include "runtime/text/Utf8.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <numeric>

using namespace offramp::runtime;

struct offramp_context {
  const EmbeddedModel *model = nullptr;
  std::unique_ptr<Session> session;
  std::unique_ptr<Infer> infer;
  int64_t samplesMax = 0, rowsMax = 0;       ///< what `infer` is made for
  Dataset tokens;                            ///< the caller's sequences; VALUES are used where they lie
  std::unique_ptr<BatchBuilder> builder;
  std::vector<int64_t> order;                ///< 0, 1, 2 …
  std::vector<const void *> inputs;          ///< per manifest input
  std::vector<int32_t> prediction;
  InferOptions options;
  std::vector<int64_t> histogram;            ///< exits seen so far, for the cost model …
  int64_t seen = 0, nextShares = 1;          ///< … which is told at the 1st, 2nd, 4th … sample, and no more after `lastShares`
  int64_t cut = 0;                           ///< texts of the last run that were too long
  std::string error;
};

namespace {

constexpr int64_t lastShares = 1 << 14;
thread_local std::string errorWithoutContext;

std::string &errorOf(const offramp_context *context) {
  return context ? const_cast<offramp_context *>(context)->error : errorWithoutContext;
}

/// Runs `body`; exceptions become a status and a text.
template <typename Body> offramp_status guarded(offramp_context *context, Body body) {
  try {
    body();
    return OFFRAMP_OK;
  } catch (const offramp::UserError &error) {
    errorOf(context) = error.what();
    return OFFRAMP_INVALID;
  } catch (const std::exception &error) {
    errorOf(context) = error.what();
    return OFFRAMP_INTERNAL;
  } catch (...) {
    errorOf(context) = "unknown error";
    return OFFRAMP_INTERNAL;
  }
}

/// A question about a model: `otherwise` when the record cannot be read or there is no such thing.
template <typename T, typename Body> T ask(const offramp_model *model, T otherwise, Body body) {
  T answer = otherwise;
  guarded(nullptr, [&] {
    if (!model) userError("the model is NULL");
    answer = body(EmbeddedModel::of(*model));
  });
  return answer;
}

void requireSetting(const offramp_context &c, const std::string &name) {
  std::vector<std::string> known;
  for (const ManifestSetting &setting : c.model->manifest().settings) known.push_back(setting.name);
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  userError("model `{}` has no setting `{}`; it has {}", c.model->manifest().model, name, known.empty() ? std::string("none") : fmt::format("`{}`", fmt::join(known, "`, `")));
}

void placeTokens(offramp_context &c, size_t field, int64_t samples, const offramp_input &input) {
  Column &column = c.tokens.columns[field];
  const FieldSpec &spec = column.spec;
  const auto *ids = static_cast<const int32_t *>(input.data);
  if (!input.offsets) userError("input `{}`: tokens need offsets", spec.name);
  column.tokens.clear(), column.starts.assign(1, 0);
  for (int64_t i = 0; i < samples; ++i) {
    const int64_t begin = input.offsets[i], length = input.offsets[i + 1] - begin;
    if (begin < 0 || length < 1 || length > spec.maxRows)
      userError("input `{}`: sample {}: {} tokens; it has to be 1 to {}", spec.name, i, length, spec.maxRows);
    for (int64_t t = 0; t < length; ++t)
      if (ids[begin + t] < 0 || ids[begin + t] >= spec.classes)
        userError("input `{}`: sample {}: token {} is {}; ids are 0 to {}", spec.name, i, t, ids[begin + t], spec.classes - 1);
    column.tokens.insert(column.tokens.end(), ids + begin, ids + begin + length);
    column.starts.push_back((int64_t)column.tokens.size());
  }
}

/// Runs what lies in the token columns and, of values, in `c.inputs`.
void runPlaced(offramp_context &c, int64_t samples, offramp_result &result) {
  const Manifest &m = c.model->manifest();
  const auto &fields = c.model->dataInputs();
  int64_t rows = m.rowsPerSample > 0 ? m.rowsPerSample * samples : samples;
  const Column *firstTokens = nullptr;
  for (size_t field : fields) {
    const Column &column = c.tokens.columns[field];
    if (column.spec.kind != FieldKind::Tokens) continue;
    if (m.rowsPerSample == 0) rows = (int64_t)column.tokens.size();
    if (firstTokens && firstTokens->starts != column.starts)
      userError("inputs `{}` and `{}`: the samples differ in their number of tokens", firstTokens->spec.name, column.spec.name);
    firstTokens = &column;
  }
  c.tokens.rows = samples;
  if ((int64_t)c.order.size() < samples) {
    c.order.resize((size_t)samples);
    std::iota(c.order.begin(), c.order.end(), 0);
  }
  const offramp_batch &batch = c.builder->build({c.order.data(), (size_t)samples});
  for (size_t field : fields)
    if (c.tokens.columns[field].present) c.inputs[field] = c.builder->inputs()[field];
  if (!c.infer || samples > c.samplesMax || rows > c.rowsMax) {
    c.samplesMax = std::max(c.samplesMax, samples), c.rowsMax = std::max(c.rowsMax, rows);
    c.infer = std::make_unique<Infer>(*c.session, c.samplesMax, c.rowsMax);
    c.prediction.resize((size_t)c.samplesMax);
  }
  const InferResult found = c.infer->run(batch, c.inputs.data(), c.builder->index(), c.options);
  for (int64_t i = 0; i < samples; ++i) {
    c.prediction[(size_t)i] = found.predicted(i);
    if (c.options.exits) ++c.histogram[(size_t)found.stage[i] - 1];
  }
  if (c.options.exits && (c.seen += samples) >= c.nextShares && c.nextShares <= lastShares) {
    while (c.nextShares <= c.seen) c.nextShares *= 2;
    c.session->backend().setLeaveShares(leaveShares(c.histogram));
  }
  result = {samples, found.classes, found.logits, c.prediction.data(), found.stage, found.decision};
}

void requireSamples(int64_t samples) {
  if (samples < 1) userError("{} samples; it has to be at least 1", samples);
  if (samples > INT32_MAX) userError("{} samples in one call; at most {}", samples, INT32_MAX);
}

void run(offramp_context &c, int64_t samples, const offramp_input *inputs, int64_t count, offramp_result &result) {
  const auto &fields = c.model->dataInputs();
  requireSamples(samples);
  if (!inputs || count != (int64_t)fields.size())
    userError("{} inputs given; model `{}` has {}", inputs ? count : 0, c.model->manifest().model, fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    const FieldSpec &spec = c.tokens.columns[fields[i]].spec;
    const int64_t size = spec.kind == FieldKind::Tokens ? 4 : valueTypeSize(spec.dtype);
    if (!inputs[i].data) userError("input `{}`: the data is NULL", spec.name);
    if (reinterpret_cast<uintptr_t>(inputs[i].data) % (uintptr_t)size)
      userError("input `{}`: the data is not aligned to its elements of {} bytes", spec.name, size);
    c.inputs[fields[i]] = inputs[i].data;
    if (spec.kind == FieldKind::Tokens) placeTokens(c, fields[i], samples, inputs[i]);
  }
  runPlaced(c, samples, result);
}

/// The text input of a model that reads one text or pair, perhaps its segments, and nothing else.
std::optional<size_t> textInput(const EmbeddedModel &model) {
  const std::vector<FieldSpec> &fields = model.manifest().inputs;
  const std::optional<size_t> text = onlyText(fields);
  for (size_t field : model.dataInputs())
    if (text && field != *text && fields[field].segmentsOf != fields[*text].name) return std::nullopt;
  return text;
}

std::string_view checkedText(const offramp_text &text, int64_t sample, const char *which) {
  if (!text.data && text.bytes > 0) userError("sample {}: the {} text is NULL and has {} bytes", sample, which, text.bytes);
  const auto *begin = reinterpret_cast<const unsigned char *>(text.data), *end = begin + text.bytes;
  for (const auto *at = begin; at != end;) {
    const Utf8Character character = readUtf8(at, end);
    if (!character.valid) userError("sample {}: the {} text is not UTF-8 at byte {}", sample, which, at - begin);
    at += character.bytes;
  }
  return {text.data, text.bytes};
}

void runText(offramp_context &c, int64_t samples, const offramp_text *first, const offramp_text *second, offramp_result &result) {
  const std::string &name = c.model->manifest().model;
  const std::optional<size_t> field = textInput(*c.model);
  if (!field) userError("model `{}` does not read texts alone; its inputs are given with offramp_run", name);
  Column &column = c.tokens.columns[*field], *segments = nullptr;
  requireSamples(samples);
  if (!first) userError("the texts are NULL");
  if (isPair(column.spec) && !second) userError("model `{}` reads pairs of texts; the second ones are NULL", name);
  if (!isPair(column.spec) && second) userError("model `{}` reads single texts; the second ones have to be NULL", name);
  for (Column &other : c.tokens.columns)
    if (other.spec.segmentsOf == column.spec.name) segments = &other;
  for (Column *filled : {&column, segments})
    if (filled) filled->tokens.clear(), filled->starts.assign(1, 0), filled->cut = 0;
  for (int64_t i = 0; i < samples; ++i)
    encodeText(column, segments, checkedText(first[i], i, "first"), second ? checkedText(second[i], i, "second") : std::string_view());
  c.cut = column.cut;
  runPlaced(c, samples, result);
}

void create(const offramp_model &model, int threads, offramp_context *&out) {
  auto c = std::make_unique<offramp_context>();
  c->model = &EmbeddedModel::of(model);
  c->session = c->model->open(threads);
  for (const FieldSpec &field : c->model->manifest().inputs) {
    Column column;
    column.spec = field;
    column.present = field.kind == FieldKind::Tokens;
    column.starts.push_back(0);
    c->tokens.columns.push_back(std::move(column));
  }
  c->builder = std::make_unique<BatchBuilder>(c->tokens, c->model->manifest().rowsPerSample);
  c->inputs.resize(c->tokens.columns.size());
  c->histogram.resize((size_t)c->model->manifest().stages);
  out = c.release();
}

}  // namespace

extern "C" {

int32_t offramp_abi_version(void) { return OFFRAMP_ABI_VERSION; }

const char *offramp_model_name(const offramp_model *model) {
  return ask<const char *>(model, nullptr, [](const EmbeddedModel &m) { return m.manifest().model.c_str(); });
}
const char *offramp_model_version(const offramp_model *model) {
  return ask<const char *>(model, nullptr, [](const EmbeddedModel &m) { return m.manifest().offramp.c_str(); });
}
int64_t offramp_model_stages(const offramp_model *model) {
  return ask<int64_t>(model, -1, [](const EmbeddedModel &m) { return m.manifest().stages; });
}
int64_t offramp_model_classes(const offramp_model *model) {
  return ask<int64_t>(model, -1, [](const EmbeddedModel &m) { return m.manifest().classes; });
}
const char *offramp_model_class(const offramp_model *model, int64_t number) {
  return ask<const char *>(model, nullptr, [&](const EmbeddedModel &m) -> const char * {
    return number >= 0 && number < (int64_t)m.classes().size() ? m.classes()[(size_t)number].c_str() : nullptr;
  });
}
int64_t offramp_model_inputs(const offramp_model *model) {
  return ask<int64_t>(model, -1, [](const EmbeddedModel &m) { return (int64_t)m.dataInputs().size(); });
}
offramp_status offramp_model_input(const offramp_model *model, int64_t number, offramp_input_info *info) {
  return guarded(nullptr, [&] {
    if (!model || !info) userError("the model or the place for the answer is NULL");
    const EmbeddedModel &m = EmbeddedModel::of(*model);
    if (number < 0 || number >= (int64_t)m.dataInputs().size()) userError("model `{}` has {} inputs; there is no number {}", m.manifest().model, m.dataInputs().size(), number);
    const FieldSpec &field = m.manifest().inputs[m.dataInputs()[(size_t)number]];
    if (field.shape.size() > 8) userError("input `{}` has {} dimensions, more than this interface can describe", field.name, field.shape.size());
    *info = {};
    info->name = field.name.c_str();
    info->kind = field.kind == FieldKind::Tokens ? OFFRAMP_TOKENS : OFFRAMP_VALUES;
    info->dtype = field.kind == FieldKind::Tokens || field.dtype == ValueType::I32 ? OFFRAMP_I32 : field.dtype == ValueType::U8 ? OFFRAMP_U8 : OFFRAMP_F32;
    for (int64_t size : field.shape) info->shape[info->dimensions++] = size;
    if (field.kind == FieldKind::Tokens) info->vocabulary = field.classes, info->max_tokens = field.maxRows;
  });
}
int32_t offramp_model_texts(const offramp_model *model) {
  return ask<int32_t>(model, -1, [](const EmbeddedModel &m) -> int32_t {
    const std::optional<size_t> text = textInput(m);
    return !text ? 0 : isPair(m.manifest().inputs[*text]) ? 2 : 1;
  });
}
int64_t offramp_model_settings(const offramp_model *model) {
  return ask<int64_t>(model, -1, [](const EmbeddedModel &m) { return (int64_t)m.manifest().settings.size(); });
}
const char *offramp_model_setting(const offramp_model *model, int64_t number) {
  return ask<const char *>(model, nullptr, [&](const EmbeddedModel &m) -> const char * {
    return number >= 0 && number < (int64_t)m.manifest().settings.size() ? m.manifest().settings[(size_t)number].name.c_str() : nullptr;
  });
}

offramp_status offramp_context_create(const offramp_model *model, const offramp_options *options, offramp_context **context) {
  if (context) *context = nullptr;
  return guarded(nullptr, [&] {
    if (!model || !context) userError("the model or the place for the context is NULL");
    if (options && options->size < sizeof(offramp_options)) userError("offramp_options.size is {}; set it to sizeof(offramp_options)", options->size);
    const int threads = options ? options->threads : 0;
    if (threads < 0 || threads > 4096) userError("{} threads; it has to be 0 to 4096", threads);
    create(*model, threads, *context);
  });
}

void offramp_context_destroy(offramp_context *context) { delete context; }

const char *offramp_error(const offramp_context *context) { return errorOf(context).c_str(); }

offramp_status offramp_set(offramp_context *context, const char *setting, double value) {
  return guarded(context, [&] {
    if (!context || !setting) userError("the context or the setting's name is NULL");
    requireSetting(*context, setting);
    context->session->settings().set(setting, value);
  });
}

offramp_status offramp_get(offramp_context *context, const char *setting, double *value) {
  return guarded(context, [&] {
    if (!context || !setting || !value) userError("the context, the setting's name or the place for its value is NULL");
    requireSetting(*context, setting);
    *value = context->session->settings().named().at(setting);
  });
}

offramp_status offramp_set_exits(offramp_context *context, int32_t exits) {
  return guarded(context, [&] {
    if (!context) userError("the context is NULL");
    context->options.exits = exits != 0;
  });
}

offramp_status offramp_run(offramp_context *context, int64_t samples, const offramp_input *inputs, int64_t input_count, offramp_result *result) {
  return guarded(context, [&] {
    if (!context || !result) userError("the context or the place for the result is NULL");
    run(*context, samples, inputs, input_count, *result);
  });
}

offramp_status offramp_run_text(offramp_context *context, int64_t samples, const offramp_text *first, const offramp_text *second,
                                offramp_result *result) {
  return guarded(context, [&] {
    if (!context || !result) userError("the context or the place for the result is NULL");
    runText(*context, samples, first, second, *result);
  });
}

int64_t offramp_texts_cut(const offramp_context *context) { return context ? context->cut : 0; }
}
