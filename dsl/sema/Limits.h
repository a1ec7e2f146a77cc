// Bounds that keep hostile or mistaken input from hanging elaboration or exhausting memory (L30). Far above any real model.
#pragma once

#include <cstddef>
#include <cstdint>

namespace offramp::dsl::sema {

inline constexpr int kMaxCallDepth = 64;            ///< nested calls of library text
inline constexpr int kMaxExpressionDepth = 400;     ///< nested expressions within one body
inline constexpr size_t kMaxSteps = 4'000'000;      ///< expressions evaluated in one elaboration
inline constexpr size_t kMaxNodes = 200'000;        ///< primitives of one function
inline constexpr int64_t kMaxElements = int64_t(1) << 31;  ///< of one value or weight
inline constexpr int64_t kMaxWeights = int64_t(1) << 36;   ///< of one model
inline constexpr int64_t kMaxStaticElements = int64_t(1) << 16;  ///< of one number list known while elaborating
inline constexpr int64_t kMaxStages = 1024;
inline constexpr size_t kMaxRank = 8;
inline constexpr size_t kMaxFiles = 256;

}  // namespace offramp::dsl::sema
