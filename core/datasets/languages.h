#pragma once

#include "storage/workspace.h"

#include <string_view>
#include <vector>

namespace triptych {

/// True if a Han, Kana or Hangul character stands in the text.
bool holdsCjk(std::string_view text);
/// Share of texts that hold one.
double shareOfCjk(const std::vector<ExampleRecord>& rows);
/// A share that an encoder should be chosen by.
inline constexpr double kNoticeableCjk = 0.02;
/// True for encoders that know English only, by the name they are kept under.
bool isEnglishEncoder(std::string_view name);

} // namespace triptych
