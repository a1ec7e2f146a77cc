// Encodes texts with runtime/text/WordPiece.h for tokenizer_check.py: frames come on standard input, ids go to standard output, both binary
// and of this machine's byte order. With --time N the texts are encoded N times and the speed (per second of processor
// time: other programs do not count) is told on standard error.
//
//   frame in:  u32 bytes of the first text, u32 bytes of the second (FFFFFFFF: a single text), the texts
//   frame out: u32 number of ids, the ids (i32), and for pairs as many segment ids (i32)
#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/text/WordPiece.h"

#include <cstdio>
#include <cstring>
#include <ctime>
#include <iostream>
#include <iterator>
#include <string>

using namespace offramp;

namespace {

struct Frame {
  std::string_view first, second;
  bool pair = false;
};

uint32_t number(const std::string &in, size_t at) {
  uint32_t value;
  std::memcpy(&value, in.data() + at, 4);
  return value;
}

std::vector<Frame> frames(const std::string &in) {
  std::vector<Frame> out;
  for (size_t at = 0; at + 8 <= in.size();) {
    const uint32_t first = number(in, at), second = number(in, at + 4);
    Frame frame{std::string_view(in).substr(at + 8, first), {}, second != UINT32_MAX};
    at += 8 + first;
    if (frame.pair) frame.second = std::string_view(in).substr(at, second), at += second;
    out.push_back(frame);
  }
  return out;
}

}  // namespace

int main(int count, char **arguments) try {
  if (count < 4) {
    std::fprintf(stderr, "usage: offramp_encode_texts VOCAB.txt cased|uncased MAX [--time N] < frames > ids\n");
    return 2;
  }
  const auto words = runtime::WordPiece::fromText(runtime::readFile(arguments[1]), arguments[1], std::strcmp(arguments[2], "uncased") == 0);
  const int64_t max = std::stoll(arguments[3]);
  const std::string in(std::istreambuf_iterator<char>(std::cin), {});
  const std::vector<Frame> texts = frames(in);
  std::vector<int32_t> ids, segments;
  auto encode = [&](const Frame &text) {
    ids.clear(), segments.clear();
    if (text.pair) words.encodePair(text.first, text.second, max, ids, segments);
    else words.encode(text.first, max, ids);
  };
  if (count == 6) {
    const int times = std::stoi(arguments[5]);
    size_t bytes = 0, found = 0;
    for (const Frame &text : texts) bytes += text.first.size() + text.second.size();
    const std::clock_t begun = std::clock();
    for (int i = 0; i < times; ++i)
      for (const Frame &text : texts) encode(text), found += ids.size();
    const double seconds = (double)(std::clock() - begun) / CLOCKS_PER_SEC;
    std::fprintf(stderr, "%.1f MB/s, %.1f million ids a second of processor time\n",
                 (double)bytes * times / seconds / 1e6, (double)found / seconds / 1e6);
    return 0;
  }
  for (const Frame &text : texts) {
    encode(text);
    const auto length = (uint32_t)ids.size();
    std::fwrite(&length, 4, 1, stdout);
    std::fwrite(ids.data(), 4, ids.size(), stdout);
    std::fwrite(segments.data(), 4, segments.size(), stdout);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
} catch (const UserError &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
