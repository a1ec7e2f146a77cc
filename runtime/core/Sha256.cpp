// SHA-256 as in FIPS 180-4 section 6.2, written to be read, with the same rounds through the CPU's SHA instructions where it
// has them: weights are hashed at every checkpoint, and 0.3 GB/s would be felt there.
#include "runtime/core/Sha256.h"

#include "runtime/core/Error.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace offramp::runtime {
namespace {

alignas(16) constexpr uint32_t roundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t bigEndian32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

void compressPortable(uint32_t *state, const uint8_t *bytes, size_t blocks) {
  for (; blocks > 0; --blocks, bytes += 64) {
    uint32_t w[64];
    for (int t = 0; t < 16; ++t) w[t] = bigEndian32(bytes + 4 * t);
    for (int t = 16; t < 64; ++t) {
      uint32_t s0 = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
      uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; ++t) {
      uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + roundConstants[t] + w[t];
      uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

#if defined(__x86_64__)
/// The instructions keep the state as ABEF and CDGH and do two rounds each, so a group of four rounds takes two.
__attribute__((target("sha,sse4.1,ssse3"))) void compressShaNi(uint32_t *state, const uint8_t *bytes, size_t blocks) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bll, 0x0405060700010203ll);
  __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);         // CDAB
  __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);  // EFGH
  __m128i abef = _mm_alignr_epi8(low, high, 8);
  __m128i cdgh = _mm_blend_epi16(high, low, 0xF0);
  for (; blocks > 0; --blocks, bytes += 64) {
    const __m128i abefBefore = abef, cdghBefore = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; ++i) w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(bytes + 16 * i)), swap);
    for (int group = 0; group < 16; ++group) {
      __m128i current = w[group & 3];
      if (group >= 4) {
        __m128i next = _mm_sha256msg1_epu32(current, w[(group + 1) & 3]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(w[(group + 3) & 3], w[(group + 2) & 3], 4));
        current = w[group & 3] = _mm_sha256msg2_epu32(next, w[(group + 3) & 3]);
      }
      __m128i sum = _mm_add_epi32(current, _mm_load_si128((const __m128i *)(roundConstants + 4 * group)));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
    }
    abef = _mm_add_epi32(abef, abefBefore);
    cdgh = _mm_add_epi32(cdgh, cdghBefore);
  }
  __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

bool hasShaInstructions() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & (1u << 29))) return false;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 19)) && (c & (1u << 9));  // SSE4.1, SSSE3
}
#endif

using Compress = void (*)(uint32_t *, const uint8_t *, size_t);

Compress chooseCompress() {
#if defined(__x86_64__)
  if (hasShaInstructions()) return compressShaNi;
#endif
  return compressPortable;
}

const Compress compress = chooseCompress();

}  // namespace

// For the test that holds both ways of compressing against each other.
void sha256CompressPortable(uint32_t *state, const uint8_t *bytes, size_t blocks) { compressPortable(state, bytes, blocks); }
void sha256CompressFast(uint32_t *state, const uint8_t *bytes, size_t blocks) { compress(state, bytes, blocks); }

void Sha256::update(const void *data, size_t size) {
  if (size == 0) return;
  const uint8_t *bytes = (const uint8_t *)data;
  length += size;
  if (used > 0) {
    size_t take = std::min(size, block.size() - used);
    std::memcpy(block.data() + used, bytes, take);
    used += take, bytes += take, size -= take;
    if (used < block.size()) return;
    compress(state.data(), block.data(), 1);
    used = 0;
  }
  compress(state.data(), bytes, size / 64);
  bytes += size / 64 * 64;
  used = size % 64;
  if (used > 0) std::memcpy(block.data(), bytes, used);
}

std::array<uint8_t, 32> Sha256::finish() {
  uint64_t bits = length * 8;
  uint8_t padding[72] = {0x80};
  size_t zeros = (used < 56 ? 56 : 120) - used;
  for (int i = 0; i < 8; ++i) padding[zeros + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
  update(padding, zeros + 8);
  std::array<uint8_t, 32> digest{};
  for (size_t i = 0; i < 32; ++i) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
  return digest;
}

std::string Sha256::finishHex() {
  std::string text;
  for (uint8_t byte : finish()) text += fmt::format("{:02x}", byte);
  return text;
}

std::string sha256Hex(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finishHex();
}

std::string sha256File(const std::filesystem::path &path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) userError("cannot read `{}`: {}", path.string(), std::strerror(errno));
  Sha256 hash;
  static thread_local char block[1 << 16];
  for (;;) {
    ssize_t got = ::read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      int why = errno;
      ::close(fd);
      userError("cannot read `{}`: {}", path.string(), std::strerror(why));
    }
    if (got == 0) break;
    hash.update(block, (size_t)got);
  }
  ::close(fd);
  return hash.finishHex();
}

}  // namespace offramp::runtime
