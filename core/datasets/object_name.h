#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace triptych {

/// Throws Error{InvalidArgument} that says what is wrong unless `name` can name a `kind` ("model", "data set"): UTF-8 of 1 to `mostBytes` bytes
/// without slashes, control characters and invisible ones (Unicode's Cc, Cf, Zl, Zp), no blank at either end, neither a dot nor a dash as the first.
void checkObjectName(std::string_view name, std::string_view kind, std::size_t mostBytes);

/// The wish with as little changed as it takes for checkObjectName() to let it pass; "model" where nothing would be left.
std::string namableWish(std::string_view wish, std::size_t mostBytes);

} // namespace triptych
