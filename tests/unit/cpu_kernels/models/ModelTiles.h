// A model of the tile registers in plain arithmetic, in place of simd/amx/TileInstructions.h: it lets any CPU check the kernels' addresses,
// tile shapes and order of work. What the CPU would refuse, or answer from a tile that was never set, ends the test.
#define OFFRAMP_CPU_TILE_INSTRUCTIONS_H

#include "backends/cpu/kernels/simd/Simd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace offramp::cpu::simd {
namespace {

struct alignas(64) TileConfiguration {
  uint8_t palette, startRow, reserved[14];
  uint16_t rowBytes[16];
  uint8_t rows[16];
};

struct TileModel {
  TileConfiguration shape{};
  bool set[8] = {};
  unsigned char values[8][16][64];
};
static thread_local TileModel tiles;

inline void require(bool holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "tile model: %s\n", what);
  abort();
}
inline void configureTiles(const TileConfiguration &c) {
  require(c.palette == 1 && c.startRow == 0, "palette 1 from row 0");
  for (int t = 0; t < 8; ++t) require(c.rows[t] >= 1 && c.rows[t] <= 16 && c.rowBytes[t] >= 4 && c.rowBytes[t] <= 64, "a tile has 1 … 16 rows of 4 … 64 bytes");
  for (int t = 8; t < 16; ++t) require(c.rows[t] == 0 && c.rowBytes[t] == 0, "there are eight tiles");
  tiles = TileModel{};
  tiles.shape = c;
}
inline void releaseTiles() { tiles = TileModel{}; }

template <int Tile> void zeroTile() {
  require(tiles.shape.palette == 1, "configured");
  memset(tiles.values[Tile], 0, sizeof tiles.values[Tile]);
  tiles.set[Tile] = true;
}
template <int Tile> void loadTile(const char *from, int64_t stride) {
  zeroTile<Tile>();
  for (int r = 0; r < tiles.shape.rows[Tile]; ++r) memcpy(tiles.values[Tile][r], from + r * stride, tiles.shape.rowBytes[Tile]);
}
template <int Tile> void storeTile(char *to, int64_t stride) {
  require(tiles.shape.palette == 1 && tiles.set[Tile], "stores a tile that was set");
  for (int r = 0; r < tiles.shape.rows[Tile]; ++r) memcpy(to + r * stride, tiles.values[Tile][r], tiles.shape.rowBytes[Tile]);
}
template <int Sum, int Left, int Right> void requireShapes() {
  const TileConfiguration &s = tiles.shape;
  require(tiles.set[Sum] && tiles.set[Left] && tiles.set[Right], "multiplies tiles that were set");
  require(s.rows[Sum] == s.rows[Left] && s.rowBytes[Sum] == s.rowBytes[Right] && s.rowBytes[Left] == 4 * s.rows[Right], "shapes of a product fit");
}
template <int Sum, int Left, int Right> void addBf16Tiles() {
  requireShapes<Sum, Left, Right>();
  auto bf16 = [](const unsigned char *p) {
    uint32_t bits = (uint32_t)(p[0] | p[1] << 8) << 16;
    float x;
    memcpy(&x, &bits, 4);
    return x;
  };
  for (int m = 0; m < tiles.shape.rows[Sum]; ++m)
    for (int n = 0; n < tiles.shape.rowBytes[Sum] / 4; ++n) {
      float sum;
      memcpy(&sum, tiles.values[Sum][m] + 4 * n, 4);
      for (int k = 0; k < tiles.shape.rowBytes[Left] / 2; ++k)
        sum += bf16(tiles.values[Left][m] + 2 * k) * bf16(tiles.values[Right][k / 2] + 4 * n + 2 * (k % 2));
      memcpy(tiles.values[Sum][m] + 4 * n, &sum, 4);
    }
}
template <int Sum, int Left, int Right> void addInt8Tiles() {
  requireShapes<Sum, Left, Right>();
  for (int m = 0; m < tiles.shape.rows[Sum]; ++m)
    for (int n = 0; n < tiles.shape.rowBytes[Sum] / 4; ++n) {
      int32_t sum;
      memcpy(&sum, tiles.values[Sum][m] + 4 * n, 4);
      for (int k = 0; k < tiles.shape.rowBytes[Left]; ++k) sum += (int32_t)tiles.values[Left][m][k] * (int8_t)tiles.values[Right][k / 4][4 * n + k % 4];
      memcpy(tiles.values[Sum][m] + 4 * n, &sum, 4);
    }
}

} // namespace
} // namespace offramp::cpu::simd
