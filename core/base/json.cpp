#include "base/json.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

namespace triptych {

namespace {

constexpr int kMaxDepth = 200;

} // namespace

Json parseJson(std::string_view text, std::string_view source) {
    // The parser takes it for the end of the text.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not valid JSON at byte {}: a NUL byte", source, nul + 1), "Remove that byte.");
    try {
        const auto guard = [&](int depth, Json::parse_event_t, Json&) {
            // The parser itself is iterative; the destructor and every consumer of a value are not. Ends it at once: it keeps
            // a word of memory for every level, also of what is left out.
            if (depth > kMaxDepth)
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}' nests deeper than {} levels", source, kMaxDepth));
            return true;
        };
        return Json::parse(text.begin(), text.end(), guard);
    } catch (const Json::parse_error& error) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("'{}' is not valid JSON at byte {}", source, error.byte),
                    "Look at that place in the text: a comma, a quote or a bracket is missing, or the text is cut off.");
    } catch (const Json::exception&) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds a number that is out of range", source),
                    "Numbers must lie within those of 64-bit floating point, up to some 1.8e308.");
    }
}

Json readJsonFile(const std::filesystem::path& path, std::uintmax_t maxBytes) {
    return parseJson(readFile(path, maxBytes), path.string());
}

std::string dumpJson(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

void writeJsonFile(const std::filesystem::path& path, const Json& value) {
    atomicWrite(path, value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Json errorToJson(const Error& error) {
    return {{"code", errorCodeName(error.code())}, {"message", error.message()}, {"hint", error.hint()}};
}

Error errorFromJson(const Json& value) {
    if (!value.is_object())
        return Error(ErrorCode::Internal, "unknown error");
    const auto text = [&](const char* key, const char* otherwise) {
        const auto found = value.find(key);
        return found != value.end() && found->is_string() ? found->get<std::string>() : std::string(otherwise);
    };
    return Error(errorCodeFromName(text("code", "internal")), text("message", "unknown error"), text("hint", ""));
}

} // namespace triptych
