// SHA-256 against the examples of FIPS 180-4 / NIST CAVP, in pieces, from files, and both compressors against each other.
#include "TestSupport.h"

#include "runtime/core/Sha256.h"

#include <random>

namespace offramp::runtime {
void sha256CompressPortable(uint32_t *state, const uint8_t *bytes, size_t blocks);
void sha256CompressFast(uint32_t *state, const uint8_t *bytes, size_t blocks);
}  // namespace offramp::runtime

using namespace offramp::runtime;

BOOST_AUTO_TEST_CASE(vectors_of_fips_180_4) {
  BOOST_TEST(sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(sha256Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
             "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  BOOST_TEST(sha256Hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu") ==
             "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  BOOST_TEST(sha256Hex(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(pieces_of_any_size_give_the_same_as_the_whole) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += (char)(i * 7);
  for (size_t piece = 1; piece < 130; ++piece) {
    Sha256 hash;
    for (size_t at = 0; at < text.size(); at += piece) hash.update(std::string_view(text).substr(at, piece));
    BOOST_TEST(hash.finishHex() == sha256Hex(text));
  }
}

BOOST_AUTO_TEST_CASE(processor_instructions_agree_with_the_standard) {
  std::mt19937 generator(7);
  BOOST_TEST_MESSAGE("seed 7");
  for (int run = 0; run < 200; ++run) {
    std::vector<uint8_t> bytes(64 * (1 + generator() % 5));
    for (uint8_t &byte : bytes) byte = (uint8_t)generator();
    uint32_t a[8], b[8];
    for (int i = 0; i < 8; ++i) a[i] = b[i] = (uint32_t)generator();
    sha256CompressPortable(a, bytes.data(), bytes.size() / 64);
    sha256CompressFast(b, bytes.data(), bytes.size() / 64);
    BOOST_TEST(std::vector<uint32_t>(a, a + 8) == std::vector<uint32_t>(b, b + 8), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(files_are_streamed) {
  test::TemporaryFolder folder;
  std::string content(200001, 'x');
  BOOST_TEST(sha256File(folder.with("a", content)) == sha256Hex(content));
  BOOST_TEST(test::errorOf([&] { sha256File(folder.file("none")); }) == "cannot read `" + folder.file("none") + "`: No such file or directory");
}
