#pragma once

#include "knowledge/knowledge_base.h"

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// What is asked of a base, in one or several ways at once.
struct SearchRequest {
    std::string query;
    std::vector<SearchMode> modes; ///< empty: all that the base can do
    SearchSettings settings;       ///< `mode` is passed over
    std::size_t most_text = 0;     ///< characters of a chunk that are given at most; 0: all
};

/// {chunks, dimension, exact, exact_below, embed_ms, results: {mode: {ms, hits}}}. dimension is null without vectors; exact: vectors
/// are compared one by one. A mode that the base cannot do is absent. A hit: {chunk_id, document, document_id, title, type,
/// chunk, begin, end, heading, page (null or from 1), text, score, dense_rank, lexical_rank, dense_score, lexical_score, share (0..1
/// of the best score of the list), edited, spans (of the words of the query in `text`), terms: [{term, documents, count, score}],
/// neighbours: [{chunk, begin, end, text}]}. The query is embedded once. Throws as search() does.
Json searchAnswer(const KnowledgeBase& base, const KnowledgeStore& store, const SearchRequest& request, const std::stop_token& stop);

} // namespace triptych
