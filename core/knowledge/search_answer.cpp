#include "knowledge/search_answer.h"

#include "base/progress.h"
#include "text/unicode.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace triptych {

namespace {

double millisecondsSince(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

/// Of the documents of the hits, each read once.
class Records {
public:
    explicit Records(const KnowledgeStore& store) : m_store(store) {}
    const DocumentRecord& of(const ChunkRecord& chunk) {
        const auto [entry, isNew] = m_records.try_emplace(chunk.document);
        if (isNew) // gone since the base was opened: what a hit has of it is all there is
            entry->second = m_store.document(chunk.document).value_or(DocumentRecord());
        return entry->second;
    }

private:
    const KnowledgeStore& m_store;
    std::map<std::string, DocumentRecord> m_records;
};

/// Number of the page on which a place lies; null for a document without pages.
Json pageOf(const DocumentRecord& record, std::int64_t begin) {
    const auto pages = record.outline.is_object() ? record.outline.find("pages") : record.outline.end();
    if (!record.outline.is_object() || pages == record.outline.end() || !pages->is_array() || pages->empty())
        return {};
    const auto begun = std::count_if(pages->begin(), pages->end(), [begin](const Json& page) { return page.is_number_integer() && page.get<std::int64_t>() <= begin; });
    return std::max<std::int64_t>(begun, 1);
}

Json hitJson(const KnowledgeBase& base, const SearchRequest& request, const SearchHit& hit, const DocumentRecord& record, double best) {
    const std::size_t most = request.most_text > 0 ? request.most_text : std::string::npos;
    const auto shown = [most](const ChunkRecord& chunk) { return firstCharacters(chunk.text, most); };
    const HitWords words = base.explain(request.query, hit.chunk);
    Json spans = Json::array(), terms = Json::array(), neighbours = Json::array();
    for (const TermSpan& span : words.spans) {
        if (span.end <= most)
            spans.push_back({span.begin, span.end});
    }
    for (const TermMatch& term : words.terms)
        terms.push_back({{"term", term.text}, {"documents", term.documents}, {"count", term.count}, {"score", term.score}});
    for (const ChunkRecord& chunk : hit.neighbours)
        neighbours.push_back({{"chunk", chunk.ordinal}, {"begin", chunk.begin}, {"end", chunk.end}, {"text", shown(chunk)}});
    const auto orNull = [](const auto& value) { return value ? Json(*value) : Json(); };
    return {{"chunk_id", hit.chunk.id}, {"document", hit.chunk.document}, {"document_id", hit.chunk.document_id}, {"title", record.title}, {"type", record.type},
            {"chunk", hit.chunk.ordinal}, {"begin", hit.chunk.begin}, {"end", hit.chunk.end}, {"heading", hit.chunk.heading}, {"page", pageOf(record, hit.chunk.begin)},
            {"text", shown(hit.chunk)}, {"score", hit.score}, {"dense_rank", orNull(hit.dense_rank)}, {"lexical_rank", orNull(hit.lexical_rank)},
            {"dense_score", orNull(hit.dense_score)}, {"lexical_score", orNull(hit.lexical_score)}, {"share", best > 0 ? std::clamp(hit.score / best, 0.0, 1.0) : 0.0},
            {"edited", hit.chunk.edited}, {"spans", std::move(spans)}, {"terms", std::move(terms)}, {"neighbours", std::move(neighbours)}};
}

} // namespace

Json searchAnswer(const KnowledgeBase& base, const KnowledgeStore& store, const SearchRequest& request, const std::stop_token& stop) {
    std::vector<SearchMode> modes = request.modes;
    if (modes.empty())
        modes = base.modes();
    if (!base.hasVectors())
        std::erase_if(modes, [](SearchMode mode) { return mode != SearchMode::Lexical; });
    std::vector<float> vector;
    const auto begin = std::chrono::steady_clock::now();
    if (std::any_of(modes.begin(), modes.end(), [](SearchMode mode) { return mode != SearchMode::Lexical; }))
        vector = base.embedQueries(std::span(&request.query, 1), stop);
    const double embedMs = millisecondsSince(begin);
    Records records(store);
    Json results = Json::object();
    for (const SearchMode mode : modes) {
        throwIfStopped(stop);
        SearchSettings settings = request.settings;
        settings.mode = mode;
        const auto started = std::chrono::steady_clock::now();
        const std::vector<SearchHit> hits = base.search(request.query, vector, settings);
        const double ms = millisecondsSince(started);
        double best = 0;
        for (const SearchHit& hit : hits)
            best = std::max(best, hit.score);
        Json list = Json::array();
        for (const SearchHit& hit : hits)
            list.push_back(hitJson(base, request, hit, records.of(hit.chunk), best));
        results[std::string(searchModeName(mode))] = {{"ms", ms}, {"hits", std::move(list)}};
    }
    const HnswIndex* const index = base.vectors();
    return {{"chunks", base.visibleChunks()}, {"dimension", index ? Json(index->dimension()) : Json()}, {"exact", index && (index->isExact() || request.settings.exact)},
            {"exact_below", index ? Json(index->settings().exact_below) : Json()}, {"embed_ms", embedMs}, {"results", std::move(results)}};
}

} // namespace triptych
