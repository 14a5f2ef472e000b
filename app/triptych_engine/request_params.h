#pragma once

#include "base/json.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace triptych {

/// Parts of a request's params. Throws Error{InvalidArgument} naming method and key.
std::filesystem::path pathParam(const Json& params, const char* method, const char* key); ///< absolute
std::string stringParam(const Json& params, const char* method, const char* key);
/// "texts": 1 to `most` strings.
std::vector<std::string> textsParam(const Json& params, const char* method, std::size_t most);

// The same of what may be left out; null is as good as nothing.
std::string stringParam(const Json& params, const char* method, const char* key, const std::string& otherwise);
std::int64_t integerParam(const Json& params, const char* method, const char* key, std::int64_t otherwise);
double numberParam(const Json& params, const char* method, const char* key, double otherwise);
bool flagParam(const Json& params, const char* method, const char* key);
std::vector<std::string> stringsParam(const Json& params, const char* method, const char* key); ///< a list, perhaps an empty one
std::vector<int> integersParam(const Json& params, const char* method, const char* key);        ///< a list of at least one

} // namespace triptych
