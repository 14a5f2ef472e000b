#pragma once

#include "base/progress.h"
#include "datasets/row_problem.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

enum class Split { Train, Dev, Test };
inline constexpr std::array<Split, 3> kSplits = {Split::Train, Split::Dev, Split::Test};
/// "train", "dev", "test".
std::string_view splitName(Split split);
/// Throws Error{InvalidArgument} naming the word.
Split splitFromName(std::string_view name);

/// One labelled text.
struct Example {
    std::string text;
    std::string label;
    Split split = Split::Train;
    std::int64_t line = 0; ///< line in the source file, from 1; a quoted CSV row counts by its first line
};

enum class TableFormat { Jsonl, Csv, Tsv };
/// By extension (.jsonl/.ndjson/.json, .csv, .tsv/.tab), else by the first bytes.
TableFormat detectTableFormat(const std::filesystem::path& path);

struct ReadOptions {
    std::string text_column = "text";   ///< name, or index from 0 where the file has no header
    std::string label_column = "label"; ///< likewise
    bool header = true;                 ///< CSV and TSV: the first row names the columns
    std::vector<std::string> class_names; ///< label values 0,1,... in the file stand for these
    std::optional<TableFormat> format;    ///< detected if absent
    std::optional<std::string> encoding;  ///< as ICU knows it ("GB18030"); detected if absent
    std::size_t max_line_bytes = 16u << 20; ///< a longer line is one problem, read past in pieces
    std::size_t max_problems = 10'000;      ///< kept; all are counted
};

struct ReadResult {
    std::vector<Example> examples;    ///< in file order; split is Train
    std::vector<RowProblem> problems; ///< in file order, at most max_problems
    std::int64_t rows = 0;            ///< rows seen, header and empty lines not counted
    std::int64_t rejected = 0;
    std::string encoding;             ///< what the bytes were decoded from, "UTF-8" ...
};

/// Streams the file (memory stays bounded by max_line_bytes plus the accepted rows).
/// Throws Error{NotFound | Io}, and {InvalidInput} if no row can be right: binary content, a missing
/// column (naming the ones there are), an encoding that cannot be decoded.
ReadResult readLabelledFile(const std::filesystem::path& path, const ReadOptions& options,
                            ProgressSink& progress, const std::stop_token& stop);

/// Class names, a line each, or one JSON array of strings. Throws Error{InvalidInput} if empty or doubled.
std::vector<std::string> readClassNames(const std::filesystem::path& path);

/// First rows as raw cells, for the column-mapping preview; column names from the header or keys.
struct TablePreview {
    TableFormat format = TableFormat::Csv;
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;
};
TablePreview previewTable(const std::filesystem::path& path, bool header, std::size_t maxRows = 50);

struct SplitShares {
    double train = 0.8;
    double dev = 0.1;
    double test = 0.1;
};
/// "train=0.8,dev=0.1,test=0.1"; a part left out is 0. Throws Error{InvalidArgument} unless the sum is 1 ± 0.001.
SplitShares parseSplitShares(std::string_view text);

/// Seeded and stratified by label; identical texts (as findDuplicates takes it) go to the same part. Every label
/// with 3 or more different texts reaches each part with a share above 0. Throws Error{InvalidInput} if a part with a
/// share above 0 would be empty, unless that is allowed.
void splitStratified(std::vector<Example>& examples, const SplitShares& shares, std::uint64_t seed,
                     bool allowEmptyParts = false);

/// Texts that stand in more than one split (same after Unicode case folding and white-space folding).
struct DuplicateReport {
    std::int64_t train_dev = 0;
    std::int64_t train_test = 0;
    std::int64_t dev_test = 0;
    std::int64_t within = 0;      ///< further copies inside one split
    std::int64_t conflicting = 0; ///< texts that carry more than one label
    std::vector<std::string> samples; ///< up to 20 texts that cross splits
};
DuplicateReport findDuplicates(const std::vector<Example>& examples);

/// Labels in order of first appearance would depend on the file; these are sorted by code point.
std::vector<std::string> distinctLabels(const std::vector<Example>& examples);

/// JSON lines {"text", "label", "split", "line"}; the inverse of readExamples. Used for the frozen rows of a run.
void writeExamples(const std::filesystem::path& path, const std::vector<Example>& examples);
std::vector<Example> readExamples(const std::filesystem::path& path);
/// SHA-256 over text, label and split of all rows in order: the identity of a frozen set.
std::string contentHash(const std::vector<Example>& examples);

} // namespace triptych
