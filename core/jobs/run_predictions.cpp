#include "jobs/run_predictions.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

#include <map>

namespace triptych {

namespace {

Json fieldOf(const Json& value, const char* key) {
    const auto found = value.find(key); // the end for what is no object
    return found == value.end() ? Json() : *found;
}

} // namespace

RunPredictions readPredictions(const std::filesystem::path& file) {
    struct Line {
        std::string truth, predicted;
    };
    std::map<std::int64_t, Line> rows;
    const MappedFile mapped(file);
    const std::string_view bytes(reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size());
    std::int64_t number = 0;
    for (std::size_t begin = 0; begin < bytes.size();) {
        const std::size_t end = std::min(bytes.find('\n', begin), bytes.size());
        const std::string_view line = bytes.substr(begin, end - begin);
        begin = end + 1;
        ++number;
        if (line.empty())
            continue;
        const std::string source = fmt::format("line {} of {}", number, file.string());
        try {
            const Json value = parseJson(line, source);
            const auto row = value.at("row").get<std::int64_t>();
            if (!rows.try_emplace(row, Line{value.at("label").get<std::string>(), value.at("predicted").get<std::string>()}).second)
                throw Error(ErrorCode::InvalidInput, fmt::format("{}: row {} stands twice", source, row));
        } catch (const Json::exception&) {
            throw Error(ErrorCode::InvalidInput, fmt::format("{} is not a prediction with \"row\", \"label\" and \"predicted\"", source));
        }
    }
    RunPredictions predictions;
    for (auto& [row, line] : rows) {
        predictions.right.push_back(line.truth == line.predicted ? 1.0 : 0.0);
        predictions.truth.push_back(std::move(line.truth));
        predictions.predicted.push_back(std::move(line.predicted));
    }
    return predictions;
}

bool haveSameRows(const Json& specA, const RunPredictions& a, const Json& specB, const RunPredictions& b) {
    if (a.truth != b.truth)
        return false;
    const Json testA = fieldOf(fieldOf(specA, "input_hashes"), "test"), testB = fieldOf(fieldOf(specB, "input_hashes"), "test");
    if (testA.is_string() && testB.is_string())
        return testA == testB;
    return fieldOf(specA, "dataset_hash") == fieldOf(specB, "dataset_hash");
}

} // namespace triptych
