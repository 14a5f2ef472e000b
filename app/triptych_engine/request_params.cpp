#include "request_params.h"

#include "base/error.h"

#include <fmt/format.h>

namespace triptych {

namespace {

/// Null for what was left out.
Json found(const Json& params, const char* key) { return params.value(key, Json()); }

[[noreturn]] void throwWrong(const char* method, const char* key, const char* wanted) {
    throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' wants \"{}\", {}", method, key, wanted));
}

} // namespace

std::filesystem::path pathParam(const Json& params, const char* method, const char* key) {
    const auto found = params.find(key);
    if (found == params.end() || !found->is_string() || !std::filesystem::path(found->get<std::string>()).is_absolute())
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' wants \"{}\", an absolute path", method, key));
    return std::filesystem::path(found->get<std::string>()).lexically_normal();
}

std::string stringParam(const Json& params, const char* method, const char* key) {
    const auto found = params.find(key);
    if (found == params.end() || !found->is_string())
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' wants \"{}\", a string", method, key));
    return found->get<std::string>();
}

std::vector<std::string> textsParam(const Json& params, const char* method, std::size_t most) {
    const auto found = params.find("texts");
    if (found == params.end() || !found->is_array() || found->empty() || found->size() > most)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' wants \"texts\", a list of 1 to {} strings", method, most));
    std::vector<std::string> texts;
    for (const Json& text : *found) {
        if (!text.is_string())
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' got something in \"texts\" that is no string", method));
        texts.push_back(text.get<std::string>());
    }
    return texts;
}

std::string stringParam(const Json& params, const char* method, const char* key, const std::string& otherwise) {
    return found(params, key).is_null() ? otherwise : stringParam(params, method, key);
}

std::int64_t integerParam(const Json& params, const char* method, const char* key, std::int64_t otherwise) {
    const Json value = found(params, key);
    if (!value.is_null() && !value.is_number_integer())
        throwWrong(method, key, "a whole number");
    return value.is_null() ? otherwise : value.get<std::int64_t>();
}

double numberParam(const Json& params, const char* method, const char* key, double otherwise) {
    const Json value = found(params, key);
    if (!value.is_null() && !value.is_number())
        throwWrong(method, key, "a number");
    return value.is_null() ? otherwise : value.get<double>();
}

bool flagParam(const Json& params, const char* method, const char* key) {
    const Json value = found(params, key);
    if (!value.is_null() && !value.is_boolean())
        throwWrong(method, key, "true or false");
    return !value.is_null() && value.get<bool>();
}

std::vector<std::string> stringsParam(const Json& params, const char* method, const char* key) {
    const Json value = found(params, key);
    std::vector<std::string> strings;
    if (!value.is_null() && !value.is_array())
        throwWrong(method, key, "a list of strings");
    for (const Json& one : value) {
        if (!one.is_string())
            throwWrong(method, key, "a list of strings");
        strings.push_back(one.get<std::string>());
    }
    return strings;
}

std::vector<int> integersParam(const Json& params, const char* method, const char* key) {
    const Json value = found(params, key);
    std::vector<int> integers;
    if (!value.is_array() || value.empty())
        throwWrong(method, key, "a list of whole numbers");
    for (const Json& one : value) {
        if (!one.is_number_integer())
            throwWrong(method, key, "a list of whole numbers");
        integers.push_back(one.get<int>());
    }
    return integers;
}

} // namespace triptych
