#pragma once

#include "formats/safetensors.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// One entry of a safetensors header as written there; offsets count from the end of the header.
struct SafetensorsEntry {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::int64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

struct SafetensorsHeader {
    std::vector<SafetensorsEntry> entries; ///< by offset
    std::map<std::string, std::string> metadata;
};

/// Parses the JSON text of a header and checks it against the number of data bytes behind it, without a
/// tree in between: memory stays in proportion to the text. `source` names the file in messages.
/// Throws Error{InvalidInput} naming source, tensor and what is wrong.
SafetensorsHeader parseSafetensorsHeader(std::string_view json, std::uint64_t dataBytes, std::string_view source);

/// Bytes of a tensor of this shape, empty if the product does not fit.
std::optional<std::uint64_t> tensorBytes(const std::vector<std::int64_t>& shape, DType dtype);

} // namespace triptych
