// UTF-8 as text of users must be: which bytes are one code point. Knows no properties of characters.
#pragma once

#include <cstddef>
#include <string_view>

namespace offramp::dsl {

/// Bytes of the code point at `at`, 0 if it is not valid UTF-8 (overlong forms and surrogates are not).
size_t codePointLength(std::string_view text, size_t at);

/// Place of the first byte that is not UTF-8; the text's size if all is well.
size_t validUtf8Length(std::string_view text);

}  // namespace offramp::dsl
