#include "request_params.h"

#include "base/error.h"

#include <fmt/format.h>

namespace triptych {

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

} // namespace triptych
