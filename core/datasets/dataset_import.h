#pragma once

#include "datasets/labelled_data.h"
#include "storage/workspace.h"

#include <map>

namespace triptych {

/// What is imported under which name, and how.
struct ImportRequest {
    std::string name;
    std::filesystem::path file;
    ReadOptions read;
    std::optional<Split> into; ///< the whole file into this part, added to what the data set holds; else `shares`
    /// What was asked for is done or refused; the default (0.8, 0.1, 0.1) goes as far as the rows go, and
    /// checkDataset() says which part is empty.
    std::optional<SplitShares> shares;
    std::uint64_t seed = 13;
    std::map<std::string, std::string> label_descriptions; ///< for labels that the file has; see readLabelDescriptions()
};

struct ImportResult {
    std::int64_t rows = 0, accepted = 0, rejected = 0; ///< of this file
    std::vector<RowProblem> problems;
    std::string encoding;
    DatasetRecord dataset; ///< as stored, with all its parts
};

/// Reads a labelled file into the workspace, all or nothing: an error leaves the workspace as it was. Without
/// `into` the name must be new; with it a file comes into each part at most once.
/// Throws Error{AlreadyExists | InvalidArgument | InvalidInput | NotFound | Io | Busy | Cancelled}.
ImportResult importDataset(Workspace& workspace, const ImportRequest& request, ProgressSink& progress, const std::stop_token& stop);

/// The rows of a stored data set. Throws Error{NotFound}.
std::vector<Example> loadExamples(const Workspace& workspace, std::string_view dataset);

/// JSON {label: "sentence" | {"name"?, "description"?}}: by label one text that says what it means, for
/// zero-shot. Throws Error{InvalidInput} naming the label.
std::map<std::string, std::string> readLabelDescriptions(const std::filesystem::path& path);

/// The descriptions stored with a data set; labels without one are left out.
std::map<std::string, std::string> labelDescriptions(const DatasetRecord& dataset);

} // namespace triptych
