// Products in bf16 and int8 on the tile registers of AMX. One step multiplies two groups of 16 rows by two groups of 16 columns over 64
// bytes of k: four tiles loaded, four products. Rows and weights lie in tiles of 1 KiB in the order in which they are read, k padded
// with zeros; every element is one chain of products over k in order, whatever the row count. Bias and epilogue run on vectors.
//
// Left: [groups of 16 rows][steps of k][16 rows][64 bytes]; int8 begins with the scales of the rows. Spare rows of the last group are zero
// and their results are dropped.
// Weights: panels of 32 columns, each [steps of k][2][16 groups of k][16 columns][4 bytes]; int8 begins with scales and code sums of the
// columns. Missing columns are zero.
#include "backends/cpu/kernels/simd/Bf16.h"
#include "backends/cpu/kernels/simd/Quantize.h"
#include "backends/cpu/kernels/simd/ReducedTable.h"
#include "backends/cpu/kernels/simd/TileEpilogue.h"
#include "backends/cpu/kernels/simd/amx/TileInstructions.h"

namespace offramp::cpu::simd {
namespace {

constexpr int64_t kSide = 16, kTileBytes = 1024, kStepBytes = 64;   // rows or columns of a tile; a tile; a row of a tile
constexpr int64_t kPanel = 2 * kSide, kRows = 2 * kSide;            // columns and rows of a block of four sums
constexpr int64_t kVectorsPerSide = kSide / kLanes;
constexpr int64_t kLeftBytes = 1024 * 1024;   // left-hand rows that stay in the second-level cache (2 MiB on these CPUs)
constexpr int64_t kAhead = 4 * kTileBytes;    // weights fetched ahead of use: two steps

struct Bf16Tiles {
  static constexpr int64_t kStep = 32, kHeaderBytes = 0;   // rows of weights in a tile
  static int64_t leftHeaderBytes(int64_t) { return 0; }
  template <int Sum, int Left, int Right> OFFRAMP_INLINE void add() { addBf16Tiles<Sum, Left, Right>(); }
  // The sum of a row and a vector of a panel, as float.
  OFFRAMP_INLINE Vec toFloat(Vec sum, const ReducedArgs &, const char *, int64_t, int64_t) { return sum; }
};
struct Int8Tiles {
  static constexpr int64_t kStep = 64, kHeaderBytes = kPanel * 8;
  static int64_t leftHeaderBytes(int64_t rows) { return roundUp(rows * (int64_t)sizeof(RowScale), 64); }
  template <int Sum, int Left, int Right> OFFRAMP_INLINE void add() { addInt8Tiles<Sum, Left, Right>(); }
  OFFRAMP_INLINE Vec toFloat(Vec sum, const ReducedArgs &args, const char *header, int64_t row, int64_t vector) {
    IntVec codes;
    __builtin_memcpy(&codes, header + 4 * (kPanel + vector * kLanes), sizeof codes);
    return dequantize((IntVec)sum, codes, load((const float *)header + vector * kLanes), static_cast<const RowScale *>(args.left)[row]);
  }
};

template <class T> int64_t stepsOf(int64_t k) { return (k + T::kStep - 1) / T::kStep; }
template <class T> int64_t panelBytes(int64_t k) { return T::kHeaderBytes + stepsOf<T>(k) * 2 * kTileBytes; }
template <class T> int64_t weightBytes(int64_t k, int64_t n) { return (n + kPanel - 1) / kPanel * panelBytes<T>(k); }
template <class T> int64_t leftBytes(int64_t rows, int64_t k) {
  return T::leftHeaderBytes(rows) + (rows + kSide - 1) / kSide * stepsOf<T>(k) * kTileBytes;
}
template <class T> int64_t blockRows(int64_t k) {
  int64_t rows = kLeftBytes / (stepsOf<T>(k) * kStepBytes) / kRows * kRows;
  return rows < kRows ? kRows : rows;
}
// Columns that vector v of a panel has, of `columns` from the panel's first on.
OFFRAMP_INLINE int64_t columnsOf(int64_t columns, int64_t v) {
  int64_t left = columns - v * kLanes;
  return left < 0 ? 0 : smaller(kLanes, left);
}

// Calls body(panel's memory, first column, columns from there) for each panel.
template <class T, class Body> void forPanels(int64_t k, int64_t n, int64_t begin, int64_t end, void *packed, Body body) {
  for (int64_t p = begin; p < end; ++p) body(static_cast<char *>(packed) + p * panelBytes<T>(k), p * kPanel, smaller(kPanel, n - p * kPanel));
}
// Where the element of group g (the rows of the weights that share an element) and vector v of a panel lies behind the header.
template <class T> OFFRAMP_INLINE char *elementAt(char *panel, int64_t g, int64_t v) {
  int64_t tile = g / kSide * 2 + v / kVectorsPerSide;
  return panel + T::kHeaderBytes + tile * kTileBytes + g % kSide * kStepBytes + v % kVectorsPerSide * kLanes * 4;
}

void packBf16(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed) {
  forPanels<Bf16Tiles>(k, n, panelBegin, panelEnd, packed, [&](char *panel, int64_t j, int64_t columns) {
    for (int64_t g = 0; g < stepsOf<Bf16Tiles>(k) * kSide; ++g)
      for (int64_t v = 0; v < 2 * kVectorsPerSide; ++v) {
        int64_t count = columnsOf(columns, v), s = 2 * g;
        const float *from = w + s * n + j + v * kLanes;
        UIntVec pairs = (UIntVec)(0);
        if (s < k && count) pairs = roundedBits(load(from, count)) >> 16;
        if (s + 1 < k && count) pairs |= roundedBits(load(from + n, count));
        __builtin_memcpy(elementAt<Bf16Tiles>(panel, g, v), &pairs, sizeof pairs);
      }
  });
}

// w[n, k], as its transpose.
void packTransposed(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed) {
  forPanels<Bf16Tiles>(k, n, panelBegin, panelEnd, packed, [&](char *panel, int64_t j, int64_t columns) {
    for (int64_t g = 0; g < stepsOf<Bf16Tiles>(k) * kSide; g += kLanes)
      for (int64_t v = 0; v < 2 * kVectorsPerSide; ++v) {
        UIntVec pairs[kLanes];
        pairsAcrossRows(w + (j + v * kLanes) * k + 2 * g, k, columnsOf(columns, v), k - 2 * g, pairs);
        for (int64_t t = 0; t < kLanes; ++t) __builtin_memcpy(elementAt<Bf16Tiles>(panel, g + t, v), &pairs[t], sizeof pairs[t]);
      }
  });
}

void packInt8(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed) {
  forPanels<Int8Tiles>(k, n, panelBegin, panelEnd, packed, [&](char *panel, int64_t j, int64_t columns) {
    for (int64_t v = 0; v < 2 * kVectorsPerSide; ++v) {
      int64_t count = columnsOf(columns, v);
      const float *from = w + j + v * kLanes;
      ColumnCoders coders{splat(0), splat(0)};
      IntVec sums = (IntVec)(0);
      if (count) coders = columnCodersOf(from, n, k, count);
      for (int64_t g = 0; g < stepsOf<Int8Tiles>(k) * kSide; ++g) {
        IntVec quads = (IntVec)(0);
        if (count) quads = columnGroup<4>(from, n, k, 4 * g, count, coders.inverse, sums);
        __builtin_memcpy(elementAt<Int8Tiles>(panel, g, v), &quads, sizeof quads);
      }
      store((float *)panel + v * kLanes, coders.scale);
      __builtin_memcpy(panel + 4 * (kPanel + v * kLanes), &sums, sizeof sums);
    }
  });
}

// Calls row(r, where its first 64 bytes go) for rows [begin, end); later steps lie kTileBytes apart. Spare rows of the last group get r = -1.
template <class T, class Row> void forLeftRows(int64_t rows, int64_t k, int64_t begin, int64_t end, void *left, Row row) {
  char *to = static_cast<char *>(left) + T::leftHeaderBytes(rows);
  for (int64_t r = begin; r < (end == rows ? roundUp(rows, kSide) : end); ++r)
    row(r < rows ? r : -1, to + r / kSide * stepsOf<T>(k) * kTileBytes + r % kSide * kStepBytes);
}

void convertBf16(const float *src, int64_t rows, int64_t k, int64_t begin, int64_t end, void *left) {
  typedef uint16_t Halves __attribute__((ext_vector_type(kLanes)));
  forLeftRows<Bf16Tiles>(rows, k, begin, end, left, [&](int64_t r, char *to) {
    for (int64_t step = 0; step < stepsOf<Bf16Tiles>(k); ++step, to += kTileBytes)
      for (int64_t i = 0; i < Bf16Tiles::kStep; i += kLanes) {
        int64_t s = step * Bf16Tiles::kStep + i;
        Vec v = splat(0);
        if (r >= 0 && s < k) v = k - s >= kLanes ? load(src + r * k + s) : load(src + r * k + s, k - s);
        Halves halves = __builtin_convertvector(roundedBits(v) >> 16, Halves);
        __builtin_memcpy(to + 2 * i, &halves, sizeof halves);
      }
  });
}

// Rows of the left from the columns of src[k, rows].
void convertColumns(const float *src, int64_t rows, int64_t k, int64_t begin, int64_t end, void *left) {
  for (int64_t c = begin; c < (end == rows ? roundUp(rows, kSide) : end); c += kLanes) {
    char *to = static_cast<char *>(left) + c / kSide * stepsOf<Bf16Tiles>(k) * kTileBytes + c % kSide * kStepBytes;
    for (int64_t s = 0; s < stepsOf<Bf16Tiles>(k) * Bf16Tiles::kStep; s += 2 * kLanes) {
      UIntVec pairs[kLanes];
      pairsDownColumns(src + s * rows + c, rows, c < end ? smaller(kLanes, end - c) : 0, k - s, pairs);
      for (int64_t i = 0; i < kLanes; ++i)
        __builtin_memcpy(to + s / Bf16Tiles::kStep * kTileBytes + s % Bf16Tiles::kStep * 2 + i * kStepBytes, &pairs[i], sizeof pairs[i]);
    }
  }
}

void convertInt8(const float *src, int64_t rows, int64_t k, int64_t begin, int64_t end, void *left) {
  auto *scales = static_cast<RowScale *>(left);
  forLeftRows<Int8Tiles>(rows, k, begin, end, left, [&](int64_t r, char *to) {
    RowCoder coder{{0, 0}, 0};
    if (r >= 0) {
      coder = rowCoderOf(src + r * k, k);
      scales[r] = coder.row;
    }
    for (int64_t step = 0; step < stepsOf<Int8Tiles>(k); ++step, to += kTileBytes)
      for (int64_t i = 0; i < Int8Tiles::kStep; i += 4 * kLanes)
        storeRowCodes(coder, src + (r < 0 ? 0 : r) * k, step * Int8Tiles::kStep + i, k, to + i);
  });
}

// sums[16·Groups][16·Sides] of 32-bit elements = left groups × columns of a panel. a, b: first tiles; nextGroup: bytes between row groups.
// Ahead: the panel is read for the first time, so what comes behind it in memory is fetched early.
template <class T, int Groups, int Sides, bool Ahead> void sumsOfTiles(const char *a, int64_t nextGroup, const char *b, int64_t steps, char *sums) {
  zeroTile<0>();
  if constexpr (Sides == 2) zeroTile<1>();
  if constexpr (Groups == 2) zeroTile<2>();
  if constexpr (Groups == 2 && Sides == 2) zeroTile<3>();
  for (int64_t s = 0; s < steps; ++s, a += kTileBytes, b += 2 * kTileBytes) {
    if constexpr (Ahead)
      for (int64_t i = 0; i < Sides * kTileBytes; i += 64) __builtin_prefetch(b + kAhead + i);
    loadTile<6>(b, kStepBytes);
    loadTile<4>(a, kStepBytes);
    T::template add<0, 4, 6>();
    if constexpr (Sides == 2) {
      loadTile<7>(b + kTileBytes, kStepBytes);
      T::template add<1, 4, 7>();
    }
    if constexpr (Groups == 2) {
      loadTile<5>(a + nextGroup, kStepBytes);
      T::template add<2, 5, 6>();
      if constexpr (Sides == 2) T::template add<3, 5, 7>();
    }
  }
  constexpr int64_t stride = Sides * kStepBytes;
  storeTile<0>(sums, stride);
  if constexpr (Sides == 2) storeTile<1>(sums + kStepBytes, stride);
  if constexpr (Groups == 2) storeTile<2>(sums + kSide * stride, stride);
  if constexpr (Groups == 2 && Sides == 2) storeTile<3>(sums + kSide * stride + kStepBytes, stride);
}

// The end of the sums [rows][vectors] of a panel, from `row` on.
template <class T>
__attribute__((noinline)) void finishBlock(const ReducedArgs &args, const char *panel, const Vec *sums, int64_t vectors, int64_t row, int64_t rows,
                                           int64_t column, int64_t columns) {
  const int64_t used = (columns + kLanes - 1) / kLanes;
  finish([&](int i, int j) { return T::toFloat(sums[i * vectors + j], args, panel, row + i, j); }, (int)rows, (int)used, columns - (used - 1) * kLanes,
         args.bias ? args.bias + column : nullptr, args.c + row * args.ldc + column, args.ldc, args.epilogue);
}

template <class T, int Groups, int Sides, bool Ahead>
void block(const ReducedArgs &args, const char *panel, int64_t column, int64_t row) {
  constexpr int64_t vectors = Sides * kVectorsPerSide;
  Vec sums[Groups * kSide * vectors];
  const int64_t steps = stepsOf<T>(args.k), group = steps * kTileBytes;
  const char *a = static_cast<const char *>(args.left) + T::leftHeaderBytes(args.rows) + row / kSide * group;
  sumsOfTiles<T, Groups, Sides, Ahead>(a, group, panel + T::kHeaderBytes, steps, (char *)sums);
  finishBlock<T>(args, panel, sums, vectors, row, smaller(Groups * kSide, args.rows - row), column, smaller(Sides * kSide, args.n - column));
}

template <class T, int Sides> void panelOfSides(const ReducedArgs &args, const char *panel, int64_t column) {
  for (int64_t row = 0; row < args.rows; row += kRows) {
    bool two = args.rows - row > kSide;
    if (row == 0) two ? block<T, 2, Sides, true>(args, panel, column, row) : block<T, 1, Sides, true>(args, panel, column, row);
    else two ? block<T, 2, Sides, false>(args, panel, column, row) : block<T, 1, Sides, false>(args, panel, column, row);
  }
}

// Few rows: tiles as high as the rows, which costs less time. Else all tiles have 16 rows, spare ones included: configuring again between
// panels would cost more than multiplying zeros.
void configureFor(int64_t rows) {
  auto first = (uint8_t)(rows < kRows ? smaller(rows, kSide) : kSide), second = (uint8_t)(rows < kRows && rows > kSide ? rows - kSide : kSide);
  TileConfiguration c{};
  c.palette = 1;
  for (int t = 0; t < 8; ++t) c.rowBytes[t] = kStepBytes, c.rows[t] = kSide;
  c.rows[0] = c.rows[1] = c.rows[4] = first;
  c.rows[2] = c.rows[3] = c.rows[5] = second;
  configureTiles(c);
}

template <class T> void multiply(const ReducedArgs *args, int64_t panelBegin, int64_t panelEnd) {
  if (args->rows <= 0 || panelBegin >= panelEnd) return;
  configureFor(args->rows);
  for (int64_t p = panelBegin; p < panelEnd; ++p) {
    const char *panel = static_cast<const char *>(args->weights) + p * panelBytes<T>(args->k);
    int64_t column = p * kPanel;
    if (args->n - column > kSide) panelOfSides<T, 2>(*args, panel, column);
    else panelOfSides<T, 1>(*args, panel, column);
  }
  releaseTiles();   // else the CPU saves 8 KiB at every switch of threads
}

} // namespace

extern const ReducedKernel OFFRAMP_SIMD_TABLE(bf16_), OFFRAMP_SIMD_TABLE(int8_);
const ReducedKernel OFFRAMP_SIMD_TABLE(bf16_) = {"amx-bf16", false, SimdLevel::V4, kPanel, kSide, weightBytes<Bf16Tiles>, packBf16,
                                                 blockRows<Bf16Tiles>, leftBytes<Bf16Tiles>, convertBf16, multiply<Bf16Tiles>,
                                                 packTransposed, convertColumns};
const ReducedKernel OFFRAMP_SIMD_TABLE(int8_) = {"amx-int8", false, SimdLevel::V4, kPanel, kSide, weightBytes<Int8Tiles>, packInt8,
                                                 blockRows<Int8Tiles>, leftBytes<Int8Tiles>, convertInt8, multiply<Int8Tiles>,
                                                 nullptr, nullptr};

} // namespace offramp::cpu::simd
