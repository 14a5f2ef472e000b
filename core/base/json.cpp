#include "base/json.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

namespace triptych {

namespace {

constexpr int kMaxDepth = 200;

/// What the parser says is wrong where it is no mistake in JSON's own marks; else empty.
std::string_view textFault(const Json::parse_error& error) {
    const std::string_view all = error.what(), what = all.substr(0, all.find("; last read")); // the text's own words stand behind
    if (what.find("ill-formed UTF-8") != std::string_view::npos)
        return "a byte that is not UTF-8";
    return what.find("surrogate") != std::string_view::npos ? "half of a surrogate pair" : std::string_view();
}

} // namespace

Json parseJson(std::string_view text, std::string_view source) {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is UTF-16, and JSON is read as UTF-8", source), "Convert the file to UTF-8.");
    // The parser takes it for the end of the text.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not valid JSON at byte {}: a NUL byte", source, nul + 1), "Remove that byte; a text in UTF-16 or UTF-32 is to be converted to UTF-8.");
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
        if (const std::string_view fault = textFault(error); !fault.empty()) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not valid JSON at byte {}: {}", source, error.byte, fault),
                        "Mend that character; a text in another encoding is to be converted to UTF-8.");
        }
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
