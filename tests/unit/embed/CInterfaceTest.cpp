// The C interface: what it says about a model, what it answers, what it refuses, two contexts at once.
#include "tests/unit/runtime_train/Hand.h"

#include "runtime/embed/EmbeddedModel.h"

#include <atomic>
#include <cstring>
#include <deque>
#include <thread>

extern "C" void hand_infer(offramp_call *call, offramp_batch *batch);

/// Logits: the first token of the sample, and the sum of all its tokens; everybody leaves at stage 1.
extern "C" void sum_tokens(offramp_call *call, offramp_batch *b) {
  const int32_t *tokens = static_cast<const int32_t *>(call->inputs[0]);
  for (int64_t i = 0; i < b->n; ++i) {
    const int64_t id = b->id[i];
    float *logits = call->logits + id * 2;
    logits[0] = logits[1] = (float)tokens[b->first[i]];
    for (int32_t t = 0; t < b->len[i]; ++t) logits[1] += (float)tokens[b->at[i] + t];
    call->stage[id] = 1, call->decision[id] = 1;
  }
}

static std::atomic<int64_t> allocations{0};
void *operator new(size_t bytes) {
  ++allocations;
  if (void *memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

namespace offramp::runtime {

std::unique_ptr<Backend> embeddedBackend(int, const std::string &, const std::string &) { return std::make_unique<test::HandBackend>(); }

namespace test {
namespace {

/// A record as `offramp build` writes it: both heads weigh class 0 by x[0] and class 1 by x[1], the second one ten times as much.
struct Record {
  explicit Record(const Json &manifest = handManifest(), const Json &run = Json{{"name", "hand"}, {"settings", {{"threshold", 0.9}}}, {"classes", {"cat", "dog"}}}) {
    manifestText = manifest.dump(), runText = run.dump();
    weights[0] = weights[3] = 1, weights[16] = weights[19] = 10;
    model = {linkedModelFormat, manifestText.data(), (int64_t)manifestText.size(), runText.data(), (int64_t)runText.size(),
             weights, sizeof weights, &program, 1};
  }
  std::string manifestText, runText;
  alignas(64) float weights[32] = {};
  offramp_linked_program program{"hand_infer", hand_infer};
  offramp_model model;
};

/// Records are known by their address for as long as the program runs, as those of a product are.
template <typename... Args> Record &make(const Args &...args) {
  static std::deque<Record> all;
  return all.emplace_back(args...);
}

struct Context {
  explicit Context(const Record &record) { BOOST_REQUIRE_EQUAL(offramp_context_create(&record.model, nullptr, &it), OFFRAMP_OK); }
  ~Context() { offramp_context_destroy(it); }
  offramp_context *it = nullptr;
};

// Differences of 5 and 1: probabilities 0.993 and 0.731.
const float samples[] = {5, 0, 0, 0, /**/ 0, 1, 0, 0};
const offramp_input input{samples, nullptr};

bool says(const char *text, const char *part) {
  if (std::strstr(text, part)) return true;
  BOOST_TEST_MESSAGE("said: " << text);
  return false;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_model_describes_itself) {
  Record &record = make();
  BOOST_TEST(offramp_abi_version() == OFFRAMP_ABI_VERSION);
  BOOST_TEST(offramp_model_name(&record.model) == std::string("Hand"));
  BOOST_TEST(offramp_model_version(&record.model) == std::string("0.1.0"));
  BOOST_TEST(offramp_model_stages(&record.model) == 2);
  BOOST_TEST(offramp_model_classes(&record.model) == 2);
  BOOST_TEST(offramp_model_class(&record.model, 1) == std::string("dog"));
  BOOST_TEST(offramp_model_class(&record.model, 2) == nullptr);
  BOOST_TEST(offramp_model_inputs(&record.model) == 1);
  offramp_input_info info;
  BOOST_REQUIRE_EQUAL(offramp_model_input(&record.model, 0, &info), OFFRAMP_OK);
  BOOST_TEST(info.name == std::string("x"));
  BOOST_TEST(info.kind == OFFRAMP_VALUES);
  BOOST_TEST(info.dtype == OFFRAMP_F32);
  BOOST_TEST(info.dimensions == 1);
  BOOST_TEST(info.shape[0] == 4);
  BOOST_TEST(offramp_model_input(&record.model, 1, &info) == OFFRAMP_INVALID);
  BOOST_TEST(says(offramp_error(nullptr), "has 1 inputs"));
  BOOST_TEST(offramp_model_settings(&record.model) == 1);
  BOOST_TEST(offramp_model_setting(&record.model, 0) == std::string("threshold"));
  BOOST_TEST(offramp_model_name(nullptr) == nullptr);
}

BOOST_AUTO_TEST_CASE(answers_by_place_with_settings_and_exits) {
  Record &record = make();
  Context context(record);
  offramp_result result;
  BOOST_REQUIRE_EQUAL(offramp_run(context.it, 2, &input, 1, &result), OFFRAMP_OK);
  BOOST_TEST(result.samples == 2);
  BOOST_TEST(result.classes == 2);
  BOOST_TEST(result.prediction[0] == 0);
  BOOST_TEST(result.prediction[1] == 1);
  BOOST_TEST(result.stage[0] == 1);
  BOOST_TEST(result.stage[1] == 2);
  BOOST_TEST(result.decision[0] == 0.993f, boost::test_tools::tolerance(0.001f));
  BOOST_TEST(std::isnan(result.decision[1]));
  BOOST_TEST(result.logits[0] == 5.f);
  BOOST_TEST(result.logits[3] == 10.f);

  double threshold = 0;
  BOOST_REQUIRE_EQUAL(offramp_get(context.it, "threshold", &threshold), OFFRAMP_OK);
  BOOST_TEST(threshold == 0.9);  // as built, not the manifest's 0.8
  BOOST_REQUIRE_EQUAL(offramp_set(context.it, "threshold", 0.5), OFFRAMP_OK);
  BOOST_REQUIRE_EQUAL(offramp_run(context.it, 2, &input, 1, &result), OFFRAMP_OK);
  BOOST_TEST(result.stage[1] == 1);
  BOOST_REQUIRE_EQUAL(offramp_set_exits(context.it, 0), OFFRAMP_OK);
  BOOST_REQUIRE_EQUAL(offramp_run(context.it, 2, &input, 1, &result), OFFRAMP_OK);
  BOOST_TEST(result.stage[0] == 2);

  std::vector<float> many;  // larger than anything before
  for (int i = 0; i < 1000; ++i) many.insert(many.end(), samples, samples + 8);
  const offramp_input large{many.data(), nullptr};
  BOOST_REQUIRE_EQUAL(offramp_run(context.it, 2000, &large, 1, &result), OFFRAMP_OK);
  BOOST_TEST(result.prediction[1999] == 1);
}

BOOST_AUTO_TEST_CASE(a_batch_of_a_size_seen_before_allocates_nothing) {
  Record &record = make();
  Context context(record);
  std::vector<float> many;
  for (int i = 0; i < 1000; ++i) many.insert(many.end(), samples, samples + 8);
  const offramp_input large{many.data(), nullptr};
  offramp_result result;
  for (int i = 0; i < 10; ++i) BOOST_REQUIRE_EQUAL(offramp_run(context.it, 2000, &large, 1, &result), OFFRAMP_OK);
  const int64_t before = allocations;
  offramp_status status = OFFRAMP_OK;
  for (int64_t n : {2000, 1, 64, 2000}) status = (offramp_status)(status | offramp_run(context.it, n, &large, 1, &result));
  const int64_t made = allocations - before;
  BOOST_TEST(status == OFFRAMP_OK);
  BOOST_TEST(made == 0);
}

BOOST_AUTO_TEST_CASE(tokens_come_with_offsets) {
  Json manifest = handManifest();
  manifest["inputs"][0] = {{"name", "text"}, {"kind", "tokens"}, {"dtype", "i32"}, {"shape", Json::array()}, {"classes", 100}, {"max_rows", 4}, {"names_file", ""}};
  manifest["rows_per_sample"] = 0;
  manifest["programs"][0]["symbol"] = "sum_tokens";
  Record &record = make(manifest);
  record.program = {"sum_tokens", sum_tokens};
  offramp_input_info info;
  BOOST_REQUIRE_EQUAL(offramp_model_input(&record.model, 0, &info), OFFRAMP_OK);
  BOOST_TEST(info.kind == OFFRAMP_TOKENS);
  BOOST_TEST(info.vocabulary == 100);
  BOOST_TEST(info.max_tokens == 4);

  Context context(record);
  const int32_t ids[] = {7, 1, 2, 3, 50, 99, 98, 97, 96};
  const int64_t offsets[] = {0, 4, 5, 9}, empty[] = {0, 4, 4, 5}, tooLong[] = {0, 5, 9, 9};
  offramp_input text{ids, offsets};
  offramp_result result;
  BOOST_REQUIRE_EQUAL(offramp_run(context.it, 3, &text, 1, &result), OFFRAMP_OK);
  const float expected[] = {7, 13, 50, 50, 99, 390};
  BOOST_TEST(std::vector<float>(result.logits, result.logits + 6) == std::vector<float>(expected, expected + 6), boost::test_tools::per_element());
  BOOST_TEST(result.prediction[2] == 1);
  auto refused = [&](const offramp_input &given, const char *part) {
    return offramp_run(context.it, 3, &given, 1, &result) == OFFRAMP_INVALID && says(offramp_error(context.it), part);
  };
  BOOST_TEST(refused({ids, nullptr}, "tokens need offsets"));
  BOOST_TEST(refused({ids, empty}, "sample 1: 0 tokens; it has to be 1 to 4"));
  BOOST_TEST(refused({ids, tooLong}, "sample 0: 5 tokens"));
  const int32_t high[] = {7, 1, 2, 3, 100, 99, 98, 97, 96};
  BOOST_TEST(refused({high, offsets}, "sample 1: token 0 is 100; ids are 0 to 99"));
}

/// A model of texts: ids of a vocabulary of nine, at most six a sample.
Json textManifest(const char *second) {
  Json manifest = handManifest(), label = manifest["inputs"][1];
  Json text = {{"name", "text"}, {"kind", "tokens"}, {"dtype", "i32"}, {"shape", Json::array()}, {"classes", 9}, {"max_rows", 6}, {"names_file", ""}};
  Json segments = text;
  text["tokenizer"] = {{"kind", "wordpiece"},
                       {"lowercase", true},
                       {"first", "text"},
                       {"second", second},
                       {"vocabulary", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\n##c\n\u00e4\n"}};
  segments["name"] = "segment", segments["classes"] = 2, segments["segments_of"] = "text";
  manifest["inputs"] = {text, segments, label};
  manifest["rows_per_sample"] = 0;
  for (Json &program : manifest["programs"]) program["inputs"] = {0, 1};
  manifest["programs"][0]["symbol"] = "sum_tokens";
  return manifest;
}

BOOST_AUTO_TEST_CASE(texts_are_given_as_they_are) {
  Record &record = make(textManifest(""));
  record.program = {"sum_tokens", sum_tokens};
  BOOST_TEST(offramp_model_texts(&record.model) == 1);
  BOOST_TEST(offramp_model_texts(&make().model) == 0);
  Context context(record);
  offramp_result result;
  const offramp_text texts[] = {{"a bc", 4}, {nullptr, 0}, {"a b c a b c", 11}, {"B zz and more", 4}};
  BOOST_REQUIRE_EQUAL(offramp_run_text(context.it, 4, texts, nullptr, &result), OFFRAMP_OK);
  // [CLS] 2, [SEP] 3: 2+4+5+7+3, 2+3, 2+4+5+6+4+3 (cut), 2+5+1+3; the last text is read up to its length.
  const float expected[] = {2, 21, 2, 5, 2, 24, 2, 11};
  BOOST_TEST(std::vector<float>(result.logits, result.logits + 8) == std::vector<float>(expected, expected + 8), boost::test_tools::per_element());
  BOOST_TEST(offramp_texts_cut(context.it) == 1);
  BOOST_REQUIRE_EQUAL(offramp_run_text(context.it, 1, texts, nullptr, &result), OFFRAMP_OK);
  BOOST_TEST(result.samples == 1);
  BOOST_TEST(offramp_texts_cut(context.it) == 0);

  auto refused = [&](const offramp_text *first, const offramp_text *second, const char *part) {
    return offramp_run_text(context.it, 2, first, second, &result) == OFFRAMP_INVALID && says(offramp_error(context.it), part);
  };
  const offramp_text latin1[] = {texts[0], {"a \xe4", 3}}, cut[] = {texts[0], {"a \xc3\xa4", 3}}, missing[] = {texts[0], {nullptr, 3}};
  BOOST_TEST(refused(latin1, nullptr, "sample 1: the first text is not UTF-8 at byte 2"));
  BOOST_TEST(refused(cut, nullptr, "sample 1: the first text is not UTF-8 at byte 2"));
  BOOST_TEST(refused(missing, nullptr, "sample 1: the first text is NULL and has 3 bytes"));
  BOOST_TEST(refused(nullptr, nullptr, "the texts are NULL"));
  BOOST_TEST(refused(texts, texts, "reads single texts; the second ones have to be NULL"));
  BOOST_TEST(offramp_run_text(context.it, 0, texts, nullptr, &result) == OFFRAMP_INVALID);
  Context numbers(make());
  BOOST_TEST(offramp_run_text(numbers.it, 1, texts, nullptr, &result) == OFFRAMP_INVALID);
  BOOST_TEST(says(offramp_error(numbers.it), "does not read texts alone"));
}

BOOST_AUTO_TEST_CASE(pairs_of_texts_are_encoded_together) {
  Record &record = make(textManifest("other"));
  record.program = {"sum_tokens", sum_tokens};
  BOOST_TEST(offramp_model_texts(&record.model) == 2);
  Context context(record);
  offramp_result result;
  const offramp_text first[] = {{"a", 1}, {"b", 1}}, second[] = {{"b", 1}, {"", 0}};
  BOOST_REQUIRE_EQUAL(offramp_run_text(context.it, 2, first, second, &result), OFFRAMP_OK);
  const float expected[] = {2, 17, 2, 13};
  BOOST_TEST(std::vector<float>(result.logits, result.logits + 4) == std::vector<float>(expected, expected + 4), boost::test_tools::per_element());
  BOOST_TEST(offramp_run_text(context.it, 2, first, nullptr, &result) == OFFRAMP_INVALID);
  BOOST_TEST(says(offramp_error(context.it), "reads pairs of texts; the second ones are NULL"));
}

BOOST_AUTO_TEST_CASE(wrong_calls_are_refused_with_words) {
  Record &record = make();
  Context context(record);
  offramp_result result;
  auto refused = [&](offramp_status status, const char *part) { return status == OFFRAMP_INVALID && says(offramp_error(context.it), part); };
  BOOST_TEST(refused(offramp_run(context.it, 0, &input, 1, &result), "at least 1"));
  BOOST_TEST(refused(offramp_run(context.it, 2, &input, 2, &result), "2 inputs given"));
  BOOST_TEST(refused(offramp_run(context.it, 2, nullptr, 1, &result), "0 inputs given"));
  const offramp_input none{}, crooked{reinterpret_cast<const char *>(samples) + 1, nullptr};
  BOOST_TEST(refused(offramp_run(context.it, 1, &none, 1, &result), "input `x`: the data is NULL"));
  BOOST_TEST(refused(offramp_run(context.it, 1, &crooked, 1, &result), "not aligned"));
  BOOST_TEST(refused(offramp_run(context.it, 2, &input, 1, nullptr), "place for the result"));
  BOOST_TEST(refused(offramp_set(context.it, "treshold", 1), "no setting `treshold`; it has `threshold`"));
  BOOST_TEST(offramp_run(nullptr, 2, &input, 1, &result) == OFFRAMP_INVALID);
  BOOST_TEST(says(offramp_error(nullptr), "context"));
  BOOST_TEST(offramp_run(context.it, 2, &input, 1, &result) == OFFRAMP_OK);  // still usable

  offramp_context *other = context.it;
  BOOST_TEST(offramp_context_create(nullptr, nullptr, &other) == OFFRAMP_INVALID);
  BOOST_TEST(other == nullptr);
  const offramp_options old{1, 0}, negative{sizeof(offramp_options), -1};
  BOOST_TEST(offramp_context_create(&record.model, &old, &other) == OFFRAMP_INVALID);
  BOOST_TEST(offramp_context_create(&record.model, &negative, &other) == OFFRAMP_INVALID);
  offramp_context_destroy(nullptr);
}

BOOST_AUTO_TEST_CASE(damaged_records_and_foreign_cpus_are_refused) {
  offramp_context *context = nullptr;
  Record &later = make();
  later.model.format = 99;
  BOOST_TEST(offramp_context_create(&later.model, nullptr, &context) == OFFRAMP_INVALID);
  BOOST_TEST(says(offramp_error(nullptr), "format 99"));
  BOOST_TEST(offramp_model_name(&later.model) == nullptr);
  Record &shorter = make();
  shorter.model.weightBytes = 64;
  BOOST_TEST(offramp_context_create(&shorter.model, nullptr, &context) == OFFRAMP_INVALID);
  BOOST_TEST(says(offramp_error(nullptr), "64 bytes of weights"));
  Json manifest = handManifest();
  manifest["cpu"] = {{"name", "x86-64-v9"}, {"features", {"sse2", "avx4096"}}};
  Record &foreign = make(manifest);
  BOOST_TEST(offramp_context_create(&foreign.model, nullptr, &context) == OFFRAMP_INVALID);
  BOOST_TEST(says(offramp_error(nullptr), "needs avx4096"));
  BOOST_TEST(offramp_model_name(&foreign.model) == std::string("Hand"));  // questions are answered all the same
  Record &wrong = make(handManifest(), Json{{"name", "hand"}, {"settings", 3}, {"classes", Json::array()}});
  BOOST_TEST(offramp_context_create(&wrong.model, nullptr, &context) == OFFRAMP_INVALID);
  BOOST_TEST(says(offramp_error(nullptr), "settings"));
}

BOOST_AUTO_TEST_CASE(separate_contexts_run_at_the_same_time) {
  Record &record = make();
  std::atomic<int> wrong = 0;
  auto work = [&](double threshold, int stageOfSecond) {
    offramp_context *context = nullptr;
    if (offramp_context_create(&record.model, nullptr, &context)) ++wrong;
    offramp_set(context, "threshold", threshold);
    for (int i = 0; i < 2000; ++i) {
      offramp_result result;
      if (offramp_run(context, 2, &input, 1, &result) || result.stage[1] != stageOfSecond || result.prediction[1] != 1) ++wrong;
    }
    offramp_context_destroy(context);
  };
  std::thread first(work, 0.9, 2), second(work, 0.5, 1), third(work, 0.95, 2);
  first.join(), second.join(), third.join();
  BOOST_TEST(wrong == 0);
}

}  // namespace test
}  // namespace offramp::runtime
