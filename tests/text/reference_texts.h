#pragma once

#include "base/files.h"
#include "base/json.h"
#include "text/tokenizer.h"

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

namespace triptych {

inline std::vector<Json> readJsonLines(const std::filesystem::path& path) {
    std::istringstream lines(readFile(path));
    std::vector<Json> values;
    for (std::string line; std::getline(lines, line);)
        values.push_back(parseJson(line, path.string()));
    return values;
}

/// What tests/data/tokenizers/make_tokenizers.py writes: FNV-1a in hexadecimal.
inline std::string fnvOf(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325u;
    for (const char c : text)
        value = (value ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
    return fmt::format("{:016x}", value);
}

inline std::vector<std::int32_t> endsOf(const Encoding& encoding) {
    std::vector<std::int32_t> ends;
    for (const auto& [begin, end] : encoding.offsets) {
        ends.push_back(begin);
        ends.push_back(end);
    }
    return ends;
}

inline std::string digestOf(const Encoding& encoding) {
    return fnvOf(fmt::format("{} {} {}", fmt::join(encoding.ids, ","), fmt::join(endsOf(encoding), ","), fmt::join(encoding.type_ids, ",")));
}

} // namespace triptych
