#pragma once

#include "base/json.h"

#include <filesystem>
#include <string>
#include <vector>

namespace triptych {

/// What a run predicted for each test row, in the rows' order.
struct RunPredictions {
    std::vector<std::string> truth;
    std::vector<std::string> predicted;
    std::vector<double> right; ///< 1 or 0
};

/// Reads predictions.jsonl, whatever the order of its lines. Throws Error{NotFound | Io}, and {InvalidInput}
/// naming file and line if one is malformed or a row stands twice.
RunPredictions readPredictions(const std::filesystem::path& file);

/// True if two runs were measured on the same rows, texts too: by the hash of the test rows that their
/// specifications (spec.json) state, or of their data set where one states none.
bool haveSameRows(const Json& specA, const RunPredictions& a, const Json& specB, const RunPredictions& b);

} // namespace triptych
