// The pieces of a WordPiece vocabulary as a trie over bytes: finds the longest piece that a text begins with in one walk.
// Knows neither words nor special tokens.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace offramp::runtime {

class PieceTrie {
 public:
  PieceTrie() = default;
  /// With room for pieces of so many bytes together; it grows where that was too little.
  explicit PieceTrie(size_t bytes);

  enum Root : uint32_t { BeginsWord = 0, ContinuesWord = 1 };

  /// Adds a piece; not empty and not there yet. False if the trie is full.
  bool add(Root root, std::string_view piece, int32_t id);

  struct Match {
    size_t bytes = 0;  ///< 0: no piece
    int32_t id = -1;
  };
  Match longest(Root root, std::string_view text) const;

 private:
  struct Edge {
    uint32_t key = free;  ///< parent · 256 + byte
    uint32_t child = 0;
    int32_t id = -1;      ///< of the piece that ends here
  };
  static constexpr uint32_t free = UINT32_MAX, maxNodes = 1u << 24;

  size_t place(uint32_t key) const { return key * 0x9E3779B1u >> shift; }
  Edge &edge(uint32_t key);
  void grow();

  std::vector<Edge> table = std::vector<Edge>(1024);  ///< open addressing, at most half full
  unsigned shift = 32 - 10;
  uint32_t nodes = 2;
};

}  // namespace offramp::runtime
