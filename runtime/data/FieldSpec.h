// What a model wants to read per sample, field by field, in the order of its `input` declarations.
// Filled from an artifact's manifest by the loader; the readers of this folder know nothing else of a model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace offramp::runtime {

class WordPiece;

enum class FieldKind { Values, Tokens, Label };
enum class ValueType { U8, F32, I32 };

struct FieldSpec {
  std::string name;
  FieldKind kind = FieldKind::Values;
  ValueType dtype = ValueType::F32;                      ///< Values. Tokens and classes are i32; a label of f32 is a number to be foretold
  std::vector<int64_t> shape;                            ///< Values: of one sample, empty for a scalar
  int64_t classes = 0;                                   ///< Label: number of classes, 0 if it is a number. Tokens: vocabulary size
  int64_t maxRows = 0;                                   ///< Tokens: longest accepted sequence
  std::vector<std::string> names;                        ///< Label: class names; empty: learned from the first labelled data read
  std::shared_ptr<const WordPiece> tokenizer = nullptr;  ///< Tokens written as text: encodes them; null: the files hold ids
  std::string firstColumn = {}, secondColumn = {};  ///< text: the columns that are encoded together; the second is empty for single texts
  std::string segmentsOf = {};  ///< Tokens: this field is not read; it holds the segment ids (0 and 1) of the text field of this name
};

/// Whether this is a label that is a number (regression), kept in its column as a value is.
inline bool isNumberLabel(const FieldSpec &field) { return field.kind == FieldKind::Label && field.dtype == ValueType::F32; }

inline int64_t valueTypeSize(ValueType type) { return type == ValueType::U8 ? 1 : 4; }

/// Elements of one sample of a Values field.
inline int64_t elementsOf(const FieldSpec &field) {
  int64_t elements = 1;
  for (int64_t size : field.shape) elements *= size;
  return elements;
}

/// As in the language: `u8[28, 28]`, `tokens(8000, max 128)`, `class(10)`.
std::string describe(const FieldSpec &field);

}  // namespace offramp::runtime
