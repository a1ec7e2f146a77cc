// Safetensors: exact bytes out, values in, and a complete message for every way a file can be wrong.
#include "TestSupport.h"

#include "runtime/core/Safetensors.h"

#include <cstring>

using namespace offramp::runtime;
using test::errorOf;

namespace {

std::string fileOf(const std::string &header, size_t dataBytes) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += (char)((uint64_t)header.size() >> (8 * i));
  return bytes + header + std::string(dataBytes, '\1');
}

std::string refusal(const std::string &bytes) {
  return errorOf([&] { SafetensorsFile::parse(std::as_bytes(std::span(bytes)), "m.safetensors"); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_written_is_read_back) {
  test::TemporaryFolder folder;
  std::string path = folder.file("m.safetensors");
  const float weights[6] = {1, 2, 3, 4, 5, 6.5f};
  const int32_t counts[2] = {7, -8};
  const int64_t big[1] = {int64_t(1) << 40};
  const uint8_t bytes[3] = {1, 2, 3};
  const float scalar = 0.25f;
  writeSafetensors(path,
                   {{"z.weight", TensorType::F32, {2, 3}, weights},
                    {"counts", TensorType::I32, {2}, counts},
                    {"bytes", TensorType::U8, {3}, bytes},
                    {"big", TensorType::I64, {1}, big},
                    {"scalar", TensorType::F32, {}, &scalar},
                    {"nothing", TensorType::F32, {0, 4}, nullptr}},
                   {{"format", "pt"}});
  SafetensorsFile file = SafetensorsFile::open(path);
  BOOST_TEST(file.metadata().at("format") == "pt");
  std::vector<std::string> order;
  for (const TensorView &view : file.tensors()) order.push_back(view.name);
  BOOST_TEST(order == (std::vector<std::string>{"big", "counts", "nothing", "scalar", "z.weight", "bytes"}), boost::test_tools::per_element());
  const TensorView &w = file.expect("z.weight", TensorType::F32, {2, 3});
  BOOST_TEST(std::memcmp(w.data, weights, sizeof weights) == 0);
  BOOST_TEST(std::memcmp(file.expect("big", TensorType::I64, {1}).data, big, 8) == 0);
  BOOST_TEST(std::memcmp(file.expect("bytes", TensorType::U8, {3}).data, bytes, 3) == 0);
  BOOST_TEST(file.find("no") == nullptr);
  BOOST_TEST(errorOf([&] { file.expect("no", TensorType::F32, {}); }) ==
             path + ": no tensor `no`; there are `big`, `counts`, `nothing`, `scalar`, `z.weight`, `bytes`");
  BOOST_TEST(errorOf([&] { file.expect("z.weight", TensorType::F32, {3, 2}); }) == path + ": tensor `z.weight` is F32[2, 3], expected F32[3, 2]");
}

BOOST_AUTO_TEST_CASE(the_bytes_are_those_of_the_reference_implementation) {
  test::TemporaryFolder folder;
  std::string path = folder.file("m.safetensors");
  const float value = 1;
  const uint8_t byte = 5;
  writeSafetensors(path, {{"b", TensorType::U8, {1}, &byte}, {"a", TensorType::F32, {1}, &value}});
  std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::string expected = fileOf(header, 0);
  expected += std::string("\x00\x00\x80\x3f\x05", 5);
  BOOST_TEST(readFile(path) == expected);
}

BOOST_AUTO_TEST_CASE(every_damage_is_named) {
  const std::string m = "m.safetensors: ";
  BOOST_TEST(refusal("abc") == m + "3 bytes are too few for a safetensors file");
  BOOST_TEST(refusal(std::string("\xff\x00\x00\x00\x00\x00\x00\x00{}", 10)) ==
             m + "the header claims 255 bytes and the file has 10: cut off, or not a safetensors file");
  BOOST_TEST(refusal(std::string(16, '\xff')) ==
             m + "the header claims 18446744073709551615 bytes and the file has 16: cut off, or not a safetensors file");
  BOOST_TEST(refusal(fileOf("[]", 0)) == m + "header: expected an object, found an array");
  BOOST_TEST(refusal(fileOf("{", 0)).starts_with(m + "header: not valid JSON: parse error at line 1, column 2"));
  BOOST_TEST(refusal(fileOf(R"({"w":{"shape":[1],"data_offsets":[0,4]}})", 4)) == m + "tensor `w`: no field `dtype`");
  BOOST_TEST(refusal(fileOf(R"({"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", 8)) ==
             m + "tensor `w`: dtype F64 is not supported; convert it to F32 (F16, BF16, I32, I64 and U8 are read too)");
  BOOST_TEST(refusal(fileOf(R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 4)) == m + "tensor `w`: field `shape` holds -1, expected a size");
  BOOST_TEST(refusal(fileOf(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", 4)) ==
             m + "tensor `w`: data_offsets [0, 8] lie outside the 4 bytes of data");
  BOOST_TEST(refusal(fileOf(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", 4)) ==
             m + "tensor `w`: data_offsets [4, 0] lie outside the 4 bytes of data");
  BOOST_TEST(refusal(fileOf(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4)) == m + "tensor `w`: shape [2] of F32 does not fill its 4 bytes");
  BOOST_TEST(refusal(fileOf(R"({"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}})", 4)) ==
             m + "tensor `w`: shape [4611686018427387904, 4] of F32 does not fill its 4 bytes");
  const std::string twice = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  BOOST_TEST(refusal(fileOf(twice, 4)) == m + "tensor `b` begins at byte 0, expected 4: tensors overlap");
  const std::string gap = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})";
  BOOST_TEST(refusal(fileOf(gap, 12)) == m + "tensor `b` begins at byte 8, expected 4: tensors leave a gap");
  BOOST_TEST(refusal(fileOf(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", 9)) == m + "5 bytes of data follow the last tensor's end at 4");
  BOOST_TEST(refusal(fileOf(R"({"__metadata__":{"a":1}})", 0)) == m + "`__metadata__` field `a` is an integer, expected a string");
  BOOST_TEST(refusal(fileOf(std::string(100, '['), 0)) == m + "header: nested deeper than 64 levels");
}

BOOST_AUTO_TEST_CASE(a_missing_or_cut_file_is_named) {
  test::TemporaryFolder folder;
  BOOST_TEST(errorOf([&] { SafetensorsFile::open(folder.file("none")); }) == "cannot read `" + folder.file("none") + "`: No such file or directory");
  std::string path = folder.with("empty", "");
  BOOST_TEST(errorOf([&] { SafetensorsFile::open(path); }) == path + ": 0 bytes are too few for a safetensors file");
}
