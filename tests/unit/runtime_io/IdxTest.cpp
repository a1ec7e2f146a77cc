// IDX files, and the choice of reader with its checks across files.
#include "DataTestSupport.h"

#include "runtime/data/ReadDataset.h"

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {
const auto perElement = boost::test_tools::per_element();
const std::vector<FieldSpec> fields{values("image", ValueType::U8, {2, 2}), label("digit", 10)};

Column read(const std::string &file, const FieldSpec &field) {
  InputStream stream("a.idx", file);
  DatasetBuilder builder({field});
  int64_t rows = readIdx(stream, builder, 0);
  return builder.finish(rows, {"a.idx"}).columns[0];
}
std::string refused(const std::string &file, const FieldSpec &field = fields[0]) {
  return errorOf([&] { read(file, field); });
}
}  // namespace

BOOST_AUTO_TEST_CASE(elements_of_every_type_are_big_endian) {
  BOOST_TEST(valuesOf<uint8_t>(read(idx(8, {2, 2, 2}, "abcdefgh"), fields[0])) == (std::vector<uint8_t>{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'}), perElement);
  BOOST_TEST(valuesOf<float>(read(idx(8, {1, 2}, "\x01\xff"), values("x", ValueType::F32, {2}))) == (std::vector<float>{1, 255}), perElement);
  BOOST_TEST(valuesOf<int32_t>(read(idx(9, {1, 2}, "\x01\xff"), values("x", ValueType::I32, {2}))) == (std::vector<int32_t>{1, -1}), perElement);
  BOOST_TEST(valuesOf<int32_t>(read(idx(0xB, {1, 2}, std::string("\x01\x00\xff\xfe", 4)), values("x", ValueType::I32, {2}))) == (std::vector<int32_t>{256, -2}), perElement);
  BOOST_TEST(valuesOf<int32_t>(read(idx(0xC, {1}, bigEndian(0x01020304)), values("x", ValueType::I32, {}))) == (std::vector<int32_t>{0x01020304}), perElement);
  BOOST_TEST(valuesOf<float>(read(idx(0xD, {1}, bigEndian(0x3fc00000)), values("x", ValueType::F32, {}))) == (std::vector<float>{1.5f}), perElement);
  BOOST_TEST(valuesOf<float>(read(idx(0xE, {1}, bigEndian(0x3ff80000) + bigEndian(0)), values("x", ValueType::F32, {}))) == (std::vector<float>{1.5f}), perElement);
  Column sequence = read(idx(0xC, {2, 2}, bigEndian(1) + bigEndian(2) + bigEndian(3) + bigEndian(4)), tokens("t", 5, 2));
  BOOST_TEST(sequence.tokens == (std::vector<int32_t>{1, 2, 3, 4}), perElement);
  BOOST_TEST(sequence.starts == (std::vector<int64_t>{0, 2, 4}), perElement);
}

BOOST_AUTO_TEST_CASE(dimensions_of_one_do_not_matter) {
  BOOST_TEST(read(idx(8, {1, 1, 2, 2}, "abcd"), fields[0]).values.size() == 4u);
  BOOST_TEST(read(idx(8, {1, 2, 2}, "abcd"), values("image", ValueType::U8, {1, 2, 2})).values.size() == 4u);
}

BOOST_AUTO_TEST_CASE(every_mistake_is_named) {
  BOOST_TEST(refused("abc") == "a.idx: field `image`: too short for an IDX file (4 bytes of magic number)");
  BOOST_TEST(refused("abcd") == "a.idx: field `image`: not an IDX file: its magic number is 61626364, expected 0000, an element type and the number of dimensions");
  BOOST_TEST(refused(idx(8, {2, 2}, "").substr(0, 9)) == "a.idx: field `image`: the file ends inside its header");
  BOOST_TEST(refused(idx(8, {2, 3, 2}, "")) == "a.idx: field `image`: the file holds u8[3, 2] per sample, the model wants u8[2, 2]");
  BOOST_TEST(refused(idx(0xD, {2, 2, 2}, "")) == "a.idx: field `image`: the file holds f32[2, 2] per sample, the model wants u8[2, 2]");
  BOOST_TEST(refused(idx(8, {1, 2, 2}, "abcd"), fields[1]) == "a.idx: field `digit`: the file holds u8[2, 2] per sample, the model wants class(10), one integer");
  BOOST_TEST(refused(idx(8, {3, 2, 2}, "abcdefghi")) == "a.idx: field `image`: the file ends after 2 of the 3 samples that its header claims: it is cut off");
  BOOST_TEST(refused(idx(8, {0xffffffff, 2, 2}, "abcd")) == "a.idx: field `image`: the file ends after 1 of the 4294967295 samples that its header claims: it is cut off");
  BOOST_TEST(refused(idx(8, {1, 2, 2}, "abcde")) == "a.idx: field `image`: bytes follow the 1 samples that the header claims");
  BOOST_TEST(refused(idx(8, {2}, "\x01\x0a"), fields[1]) == "a.idx: sample 1: field `digit`: class number 10 is outside 0 to 9");
  BOOST_TEST(refused(idx(0xD, {1}, bigEndian(0x7fc00000)), values("x", ValueType::F32, {})) == "a.idx: sample 0: field `x`: element 0 is not a finite number");
  BOOST_TEST(refused(idx(0xC, {1, 1}, bigEndian(7)), tokens("t", 5, 2)) == "a.idx: sample 0: field `t`: token id 7 is outside the vocabulary of 5 (0 to 4)");
}

BOOST_AUTO_TEST_CASE(files_follow_the_order_of_the_fields) {
  TemporaryFolder folder;
  std::string images = folder.with("images", idx(8, {2, 2, 2}, "abcdefgh")), labels = folder.with("labels.gz", gzipped(idx(8, {2}, "\x03\x01")));
  std::vector<FieldSpec> wanted = fields;
  Dataset data = readDataset("train", {images, labels}, wanted);
  BOOST_TEST(data.rows == 2);
  BOOST_TEST(data.columns[1].labels == (std::vector<int32_t>{3, 1}), perElement);
  BOOST_TEST(wanted[1].names.at(9) == "9");
  Dataset unlabelled = readDataset("input", {images}, wanted, Labels::Optional);
  BOOST_TEST(!unlabelled.hasLabels());
  BOOST_TEST(readDataset("input", {images, labels}, wanted, Labels::Optional).hasLabels());
}

BOOST_AUTO_TEST_CASE(sets_that_do_not_fit_together_are_named) {
  TemporaryFolder folder;
  std::vector<FieldSpec> wanted = fields;
  auto refusalOf = [&](std::vector<std::string> paths) {
    return replaced(errorOf([&] { readDataset("train", paths, wanted); }), folder.path.string() + "/", "");
  };
  std::string images = folder.with("images", idx(8, {2, 2, 2}, "abcdefgh")), labels = folder.with("labels", idx(8, {3}, "\1\1\1"));
  BOOST_TEST(refusalOf({images, labels}) == "train data: `images` has 2 samples, `labels` has 3");
  BOOST_TEST(refusalOf({images}) ==
             "train data: 1 path for 2 fields (`image`: u8[2, 2], `digit`: class(10)): give one IDX file per field in this order, or one table file");
  BOOST_TEST(refusalOf({images, folder.with("b.tsv", "image\n")}) ==
             "b.tsv: field `digit`: not an IDX file; several paths are IDX files in the order of the fields (`image`: u8[2, 2], `digit`: class(10)), a table is given alone");
  BOOST_TEST(refusalOf({folder.with("b.xlsx", "PK")}) == "`b.xlsx`: unknown kind of data file; known are IDX (by content), .csv, .tsv, .jsonl and .txt, each plain or with .gz");
  BOOST_TEST(refusalOf({folder.with("c.csv", "image,digit\n")}) == "train data: `c.csv` has no samples");
  BOOST_TEST(refusalOf({folder.file("none.tsv")}) == "train data: `none.tsv` does not exist; check the path; README.md, section Data, says how to get each data set");
  BOOST_TEST(refusalOf({"/no/fashion-mnist/x.gz"}) == "train data: `/no/fashion-mnist/x.gz` does not exist; Fashion-MNIST comes with `apt install dataset-fashion-mnist`");
}
