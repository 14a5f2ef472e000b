#pragma once

#include "formats/gguf.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace triptych {

/// Everything before the data, with every extent checked against the file; the views lie in `file`.
struct GgufHeader {
    std::uint32_t version = 0;
    std::map<std::string, GgufValue, std::less<>> metadata;
    std::map<std::string, GgufTensor, std::less<>> tensors;
};

/// Parses a whole file's bytes; nothing is allocated in proportion to a number in it before that much of the file was
/// seen. `source` names the file in messages. Throws Error{InvalidInput | Unsupported} naming source, key or tensor and
/// byte.
GgufHeader parseGgufHeader(std::span<const std::byte> file, std::string_view source);

} // namespace triptych
