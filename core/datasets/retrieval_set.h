#pragma once

#include "metrics/retrieval.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace triptych {

/// Documents, questions and which document answers which: what retrieval is measured on.
struct RetrievalSet {
    struct Document {
        std::string name;
        std::string text; ///< may be empty
    };
    struct Query {
        std::string id;
        std::string text;
        Judgments judgments; ///< by document name; empty if nobody judged or nothing answers it
    };
    std::vector<Document> documents;
    std::vector<Query> queries;
};

/// A folder with `corpus.jsonl`, `queries.jsonl` and judgments in `qrels.tsv`, `qrels/test.tsv` or, if it has neither, all
/// of `qrels/*.tsv`: query, document, score, or query, iteration, document, score, with or without a line of headings.
/// A text is title, ". ", text, or the text alone without a title. Judgments of unknown
/// queries are passed over; an unknown document counts among what should have been found. Throws Error{NotFound | Io}, {InvalidInput}
/// naming file, line and field.
RetrievalSet readBeir(const std::filesystem::path& folder);

/// SQuAD 1.1 or 2.0: every paragraph is a document with the name `title/number`, counted from 0 over all articles of that
/// title; a question that `is_impossible` has no judgment. With `corpus` the documents are the paragraphs of that file, and
/// a question's is the one that has a question of the same id there. Throws as readBeir does, naming the place in the JSON.
RetrievalSet readSquad(const std::filesystem::path& file, const std::optional<std::filesystem::path>& corpus = std::nullopt);

/// The queries floor(i * n / count) of n; all if there are no more. count > 0.
void sampleQueries(RetrievalSet& set, std::size_t count);

} // namespace triptych
