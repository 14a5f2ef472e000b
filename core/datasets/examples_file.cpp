#include "datasets/labelled_data.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

void writeExamples(const fs::path& path, const std::vector<Example>& examples) {
    std::string lines;
    for (const Example& example : examples) {
        lines += dumpJson({{"text", example.text}, {"label", example.label}, {"split", splitName(example.split)}, {"line", example.line}});
        lines += '\n';
    }
    atomicWrite(path, lines);
}

std::vector<Example> readExamples(const fs::path& path) {
    const std::string bytes = readFile(path);
    std::vector<Example> examples;
    std::int64_t number = 0;
    for (std::size_t begin = 0; begin < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        const std::string_view line = std::string_view(bytes).substr(begin, end - begin);
        begin = end + 1;
        const std::string source = fmt::format("line {} of {}", ++number, path.string());
        const Json row = parseJson(line, source);
        const auto text = [&](const char* key) {
            const auto it = row.find(key);
            if (it == row.end() || !it->is_string())
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has no string '{}'", source, key));
            return it->get<std::string>();
        };
        if (!row.is_object())
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a JSON object", source));
        const auto sourceLine = row.find("line");
        examples.push_back({text("text"), text("label"), splitFromName(text("split")),
                            sourceLine != row.end() && sourceLine->is_number_integer() ? sourceLine->get<std::int64_t>() : 0});
    }
    return examples;
}

std::string contentHash(const std::vector<Example>& examples) {
    // Lengths stand before the fields, so that no two different sets give the same bytes.
    std::string bytes;
    for (const Example& example : examples) {
        bytes += fmt::format("{} {} {}\n", example.text.size(), example.label.size(), splitName(example.split));
        bytes += example.text;
        bytes += example.label;
    }
    return sha256(bytes);
}

} // namespace triptych
