#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace triptych {

using Json = nlohmann::json;

/// Strict JSON. `source` names the text in the message ("runs/x/spec.json", "line 12 of a.jsonl").
/// Throws Error{InvalidInput} naming source and byte; nesting deeper than 200 is refused.
Json parseJson(std::string_view text, std::string_view source);

/// Reads and parses a whole file, at most maxBytes. Throws Error{NotFound | Io | InvalidInput}.
Json readJsonFile(const std::filesystem::path& path, std::uintmax_t maxBytes = 256u << 20);

/// Pretty-printed, atomically (see atomicWrite). Invalid UTF-8 inside strings is replaced by U+FFFD.
void writeJsonFile(const std::filesystem::path& path, const Json& value);

/// One line, invalid UTF-8 replaced.
std::string dumpJson(const Json& value);

/// {"code", "message", "hint"}: how an Error looks in --json output, the protocol and run directories.
class Error;
Json errorToJson(const Error& error);
/// Never throws: what lacks its fields is an unknown error.
Error errorFromJson(const Json& value);

} // namespace triptych
