// The tile instructions of AMX and the one tile configuration that the kernels use. A test replaces this header by a model of the
// instructions. Tiles 0 … 3 hold sums, 4 and 5 rows of the left side, 6 and 7 columns of the right side.
#ifndef OFFRAMP_CPU_TILE_INSTRUCTIONS_H
#define OFFRAMP_CPU_TILE_INSTRUCTIONS_H

#include "backends/cpu/kernels/simd/Simd.h"

namespace offramp::cpu::simd {
namespace {

// Columns are 64 bytes everywhere. As ldtilecfg reads it.
struct alignas(64) TileConfiguration {
  uint8_t palette, startRow, reserved[14];
  uint16_t rowBytes[16];
  uint8_t rows[16];
};
static_assert(sizeof(TileConfiguration) == 64);

OFFRAMP_INLINE void configureTiles(const TileConfiguration &configuration) { _tile_loadconfig(&configuration); }
OFFRAMP_INLINE void releaseTiles() { _tile_release(); }

template <int Tile> OFFRAMP_INLINE void zeroTile() { _tile_zero(Tile); }
template <int Tile> OFFRAMP_INLINE void loadTile(const char *from, int64_t stride) { _tile_loadd(Tile, from, (size_t)stride); }
template <int Tile> OFFRAMP_INLINE void storeTile(char *to, int64_t stride) { _tile_stored(Tile, to, (size_t)stride); }
template <int Sum, int Left, int Right> OFFRAMP_INLINE void addBf16Tiles() { _tile_dpbf16ps(Sum, Left, Right); }
template <int Sum, int Left, int Right> OFFRAMP_INLINE void addInt8Tiles() { _tile_dpbusd(Sum, Left, Right); }   // left unsigned, right signed

} // namespace
} // namespace offramp::cpu::simd
#endif
