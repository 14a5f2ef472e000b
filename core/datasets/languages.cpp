#include "datasets/languages.h"

#include "text/unicode.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace triptych {

namespace {

bool isKanaOrHangul(char32_t c) {
    return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF) || (c >= 0x1100 && c <= 0x11FF) || (c >= 0x3131 && c <= 0x318E) || (c >= 0xAC00 && c <= 0xD7A3);
}

} // namespace

bool holdsCjk(std::string_view text) {
    const std::u32string characters = decodeUtf8(text);
    return std::any_of(characters.begin(), characters.end(), [](char32_t c) { return isIdeograph(c) || isKanaOrHangul(c); });
}

double shareOfCjk(const std::vector<ExampleRecord>& rows) {
    if (rows.empty())
        return 0;
    const auto count = std::count_if(rows.begin(), rows.end(), [](const ExampleRecord& row) { return holdsCjk(row.text); });
    return static_cast<double>(count) / static_cast<double>(rows.size());
}

bool isEnglishEncoder(std::string_view name) {
    std::string lower(name);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower.starts_with("all-minilm") && lower.find("multilingual") == std::string::npos;
}

} // namespace triptych
