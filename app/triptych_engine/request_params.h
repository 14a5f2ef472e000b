#pragma once

#include "base/json.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace triptych {

/// Parts of a request's params. Throws Error{InvalidArgument} naming method and key.
std::filesystem::path pathParam(const Json& params, const char* method, const char* key); ///< absolute
std::string stringParam(const Json& params, const char* method, const char* key);
/// "texts": 1 to `most` strings.
std::vector<std::string> textsParam(const Json& params, const char* method, std::size_t most);

} // namespace triptych
