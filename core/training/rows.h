#pragma once

#include "datasets/labelled_data.h"
#include "jobs/run_directory.h"
#include "text/tokenizer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace triptych {

/// One split, ready for a model: token ids and the number of the label.
struct TokenRows {
    std::vector<Encoding> encodings; ///< cut at the length asked for
    std::vector<std::int64_t> labels;
    std::int64_t size() const { return static_cast<std::int64_t>(labels.size()); }
};

/// The frozen rows of a run by split; train must be there, the others may be absent.
/// Throws Error{InvalidInput} if the training rows are empty or have fewer than two labels, or a row has a label that
/// the specification does not name; {InvalidArgument} if the specification names fewer than two.
struct RunRows {
    std::vector<Example> train, dev, test;
};
RunRows readRunRows(const RunDirectory& directory, const RunSpec& spec);

/// Its place in `labels`. Throws Error{InvalidInput} naming line and label.
std::int64_t labelNumber(const std::vector<std::string>& labels, const Example& example);

TokenRows tokenizeRows(const std::vector<Example>& examples, const Tokenizer& tokenizer, std::int64_t maxLength,
                       const std::vector<std::string>& labels, const std::stop_token& stop);

} // namespace triptych
