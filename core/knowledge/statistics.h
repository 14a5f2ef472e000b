#pragma once

#include "base/json.h"
#include "knowledge/knowledge_store.h"

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// What a base holds, counted.
struct KnowledgeStatistics {
    struct Bin {
        std::int64_t from = 0, to = 0; ///< tokens, [from, to)
        std::int64_t count = 0;        ///< chunks
    };
    struct Extreme {
        std::string document; ///< empty if there are no chunks
        std::int64_t chunk = 0, tokens = 0;
    };
    std::int64_t documents = 0, chunks = 0;
    std::int64_t characters = 0; ///< of the documents' texts
    std::int64_t tokens = 0;     ///< of the chunks, overlaps counted as often as they stand there
    std::map<std::string, std::int64_t> types, languages; ///< documents; the language is "" where it cannot be told
    std::vector<Bin> histogram;  ///< of the tokens a chunk, without gaps
    Extreme shortest, longest;   ///< chunk
    std::vector<std::string> empty; ///< documents without a chunk, which nobody can find
    std::int64_t failed = 0, disabled = 0, edited = 0;
};

/// Throws Error{Cancelled}, and as the store does.
KnowledgeStatistics knowledgeStatistics(const KnowledgeStore& store, const std::stop_token& stop);

/// All of it under its names; bins as {from, to, count}.
Json statisticsToJson(const KnowledgeStatistics& statistics);

} // namespace triptych
