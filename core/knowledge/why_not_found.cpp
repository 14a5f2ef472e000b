#include "knowledge/why_not_found.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::array kRungs = {Rung::InBase, Rung::Parsed, Rung::Chunked, Rung::Enabled, Rung::Embedded, Rung::Words, Rung::ExactRank, Rung::IndexRank, Rung::FusedRank, Rung::Filters};
constexpr std::array<std::string_view, 10> kRungNames = {"in_base", "parsed", "chunked", "enabled", "embedded", "words", "exact_rank", "index_rank", "fused_rank", "filters"};
constexpr std::size_t kSimilarNames = 5;
constexpr std::size_t kLexicalRanks = 10'000;
/// A chunk with this share of what the query asks of a document is enough to find it, even if a passage with more is cut in two.
constexpr double kEnoughShare = 2.0 / 3;

std::string lowered(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
    return result;
}

/// Names of documents that whoever asks may have meant.
std::vector<std::string> similarNames(const KnowledgeStore& store, const std::string& asked) {
    constexpr std::size_t kTooShort = 3;
    const auto stemOf = [](const std::string& name) { return lowered(fs::path(name).stem().string()); };
    const auto isIn = [](const std::string& part, const std::string& whole) { return part.size() >= kTooShort && whole.find(part) != std::string::npos; };
    std::vector<std::string> names;
    for (const DocumentRecord& record : store.documents()) {
        if (names.size() < kSimilarNames && (isIn(stemOf(asked), lowered(record.name)) || isIn(stemOf(record.name), lowered(asked))))
            names.push_back(record.name);
    }
    return names;
}

/// The file of that name in what was added; empty if there is none.
std::string fileOf(const KnowledgeStore& store, const std::string& document) {
    std::error_code error;
    for (const KnowledgeRoot& root : store.roots()) {
        const fs::path path = root.is_folder ? fs::path(root.path) / document : fs::path(root.path);
        if ((root.is_folder || path.filename() == document) && fs::is_regular_file(path, error))
            return path.string();
    }
    return {};
}

/// What the query asks for: its terms, each with its weight.
class Asked {
public:
    Asked(const KnowledgeStore& store, const KnowledgeBase* base, const std::string& query) : m_analyzer(analyzerOf(store)) {
        LexicalIndex none(m_analyzer);
        const LexicalIndex& index = base ? base->words() : none;
        const double rare = std::log(1 + (static_cast<double>(index.size()) + 0.5) / 0.5); // it may stand in what cannot be found
        terms = index.terms(query);
        for (const QueryTerm& term : terms)
            m_weights.emplace(term.text, term.documents > 0 ? term.idf : rare);
    }

    struct Place {
        const std::string* term;
        std::uint32_t begin, end;
    };
    /// Where the terms stand in a text, in order.
    std::vector<Place> placesIn(std::string_view text) const {
        std::vector<Place> places;
        m_analyzer.analyze(text, [&](const Term& term) {
            if (const auto found = m_weights.find(std::string(term.text)); found != m_weights.end())
                places.push_back({&found->first, term.begin, term.end});
        });
        return places;
    }
    /// Sum of the weights of the terms that are among these places.
    double weightOf(const std::vector<Place>& places) const {
        std::map<std::string, double> seen;
        for (const Place& place : places)
            seen.emplace(*place.term, m_weights.at(*place.term));
        double sum = 0;
        for (const auto& [term, weight] : seen)
            sum += weight;
        return sum;
    }

    std::vector<QueryTerm> terms;

private:
    static Analyzer analyzerOf(const KnowledgeStore& store) {
        const std::string language = store.settings().value("language", std::string());
        return Analyzer(language.empty() ? "en" : language);
    }
    Analyzer m_analyzer;
    std::map<std::string, double> m_weights;
};

/// The shortest passage with all the terms that there are.
std::pair<std::int64_t, std::int64_t> shortestPassage(std::vector<Asked::Place> places) {
    std::sort(places.begin(), places.end(), [](const Asked::Place& a, const Asked::Place& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
    std::unordered_map<const std::string*, int> inside;
    std::map<const std::string*, int> all;
    for (const Asked::Place& place : places)
        ++all[place.term];
    std::pair<std::int64_t, std::int64_t> best = {0, -1};
    std::size_t first = 0;
    for (const Asked::Place& last : places) {
        ++inside[last.term];
        while (inside[places[first].term] > 1)
            --inside[places[first++].term];
        const std::int64_t begin = places[first].begin, end = last.end;
        if (inside.size() == all.size() && (best.second < 0 || end - begin < best.second - best.first))
            best = {begin, end};
    }
    return best;
}

/// What opening a model, or a base with the wrong one, fails with; all else has nothing to do with it.
bool isOfEmbedder(ErrorCode code) {
    return code == ErrorCode::InvalidArgument || code == ErrorCode::NotFound || code == ErrorCode::Unsupported || code == ErrorCode::InvalidInput || code == ErrorCode::Io;
}

class Walk {
public:
    Walk(const KnowledgeStore& store, const KnowledgeBase* base, const WhyQuestion& question, const std::stop_token& stop, const std::string& embedderProblem)
        : m_store(store), m_base(base), m_question(question), m_settings(question.settings), m_stop(stop), m_embedderProblem(embedderProblem),
          m_asked(store, base, question.query) {
        m_settings.neighbours = 0;
        m_why.document = question.document;
        for (const Rung rung : kRungs) {
            RungFinding finding;
            finding.rung = rung;
            m_why.rungs.push_back(std::move(finding));
        }
        if (base) {
            m_mode = base->modeOf(m_settings);
            m_depth = static_cast<std::int64_t>(searchDepth(m_settings, m_mode));
        }
    }

    WhyNotFound run() {
        search();
        for (bool (Walk::*const rung)() : {&Walk::inBase, &Walk::parsed, &Walk::chunked, &Walk::enabled, &Walk::embedded, &Walk::words, &Walk::exactRank,
                                           &Walk::indexRank, &Walk::fusedRank, &Walk::filters}) {
            throwIfStopped(m_stop);
            if (!(this->*rung)())
                break;
        }
        return std::move(m_why);
    }

private:
    /// Notes what was found at a rung; false if the walk ends here. What was found in the end is broken nowhere.
    bool note(Rung rung, RungState state, Json facts) {
        RungFinding& finding = m_why.rungs[static_cast<std::size_t>(rung)];
        finding.state = state == RungState::Broken && m_why.found ? RungState::Unknown : state;
        finding.facts = std::move(facts);
        if (finding.state != RungState::Broken)
            return true;
        m_why.broken = rung;
        return false;
    }

    bool isAskedFor(const ChunkRecord& chunk) const { return chunk.document == m_question.document && (!m_question.chunk || chunk.ordinal == *m_question.chunk); }

    void search() {
        if (!m_base)
            return;
        if (m_mode != SearchMode::Lexical)
            m_vector = m_base->embedQueries(std::span(&m_question.query, 1), m_stop);
        const std::vector<SearchHit> hits = m_base->search(m_question.query, m_vector, m_settings);
        const auto hit = std::find_if(hits.begin(), hits.end(), [this](const SearchHit& one) { return isAskedFor(one.chunk); });
        if (hit == hits.end())
            return;
        m_why.found = static_cast<int>(hit - hits.begin()) + 1;
        m_target = hit->chunk;
    }

    bool inBase() {
        m_record = m_store.document(m_question.document);
        m_isStaged = m_store.stagedHash(m_question.document).has_value();
        for (FailedDocument& failure : m_store.failures()) {
            if (failure.name == m_question.document)
                m_failure = std::move(failure);
        }
        if (m_record)
            return note(Rung::InBase, RungState::Ok, {{"type", m_record->type}, {"newer_waits", m_isStaged}});
        if (m_isStaged || m_failure)
            return note(Rung::InBase, RungState::Ok, {{"newer_waits", m_isStaged}});
        return note(Rung::InBase, RungState::Broken, {{"file", fileOf(m_store, m_question.document)}, {"similar", similarNames(m_store, m_question.document)},
                                                      {"documents", m_store.counts().documents}});
    }

    bool parsed() {
        Json facts = Json::object();
        if (m_failure)
            facts = {{"reason", m_failure->reason}, {"hint", m_failure->hint}, {"file", m_failure->source}, {"older_answers", m_record.has_value()}};
        if (!m_record)
            return note(Rung::Parsed, m_failure && !m_isStaged ? RungState::Broken : RungState::Ok, std::move(facts));
        const std::string text = m_store.documentText(m_record->id);
        m_places = m_asked.placesIn(text);
        facts["characters"] = m_record->characters;
        if (m_record->outline.contains("warnings"))
            facts["warnings"] = m_record->outline.at("warnings");
        // An older version answers: the question may be about what only the newer one says.
        const bool isBlank = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' '; });
        return note(Rung::Parsed, isBlank || (m_failure && m_places.empty()) ? RungState::Broken : RungState::Ok, std::move(facts));
    }

    bool chunked() {
        if (!m_record) // it waits: see embedded()
            return note(Rung::Chunked, RungState::Ok, Json::object());
        m_chunks = m_store.chunksOf(m_record->id);
        if (m_chunks.empty())
            return note(Rung::Chunked, RungState::Broken, {{"chunks", 0}});
        if (m_question.chunk && !std::any_of(m_chunks.begin(), m_chunks.end(), [this](const ChunkRecord& chunk) { return isAskedFor(chunk); })) {
            throw Error(ErrorCode::NotFound, fmt::format("'{}' has no chunk {}", m_question.document, *m_question.chunk),
                        fmt::format("Its chunks go from 0 to {}.", m_chunks.back().ordinal));
        }
        chooseTarget();
        Json holding = Json::array();
        for (std::size_t i = 0; i < m_chunks.size(); ++i) {
            if (m_chunkWeights[i] > 0 && m_chunkWeights[i] == m_bestWeight)
                holding.push_back(m_chunks[i].ordinal);
        }
        Json facts = {{"chunks", m_chunks.size()}, {"chunk", m_target->ordinal}, {"holding", std::move(holding)}};
        const double inDocument = m_asked.weightOf(m_places);
        if (m_question.chunk || inDocument <= 0 || m_bestWeight >= inDocument)
            return note(Rung::Chunked, RungState::Ok, std::move(facts));
        const auto [begin, end] = shortestPassage(m_places);
        std::int64_t longest = 0;
        Json cut = Json::array();
        for (const ChunkRecord& chunk : m_chunks) {
            longest = std::max(longest, chunk.end - chunk.begin);
            if (chunk.begin < end && chunk.end > begin)
                cut.push_back(chunk.ordinal);
        }
        const bool isWhole = std::any_of(m_chunks.begin(), m_chunks.end(), [begin = begin, end = end](const ChunkRecord& chunk) { return chunk.begin <= begin && chunk.end >= end; });
        if (isWhole || end - begin > longest) // edited, or asked of several places at once
            return note(Rung::Chunked, RungState::Ok, std::move(facts));
        facts.update({{"begin", begin}, {"end", end}, {"cut", std::move(cut)}, {"share", m_bestWeight / inDocument}, {"overlap", m_store.settings().value("overlap", 0)}});
        return note(Rung::Chunked, m_bestWeight / inDocument < kEnoughShare ? RungState::Broken : RungState::Unknown, std::move(facts));
    }

    /// The chunk that says most of what was asked; among equals one that is switched on, then the one that ranks best.
    void chooseTarget() {
        std::unordered_map<std::int64_t, std::size_t> ranks;
        if (m_base) {
            for (const FusedHit& hit : m_base->rank(m_question.query, m_vector, m_settings))
                ranks.emplace(hit.row, ranks.size());
        }
        const auto rankOf = [&](const ChunkRecord& chunk) {
            const auto found = ranks.find(chunk.id);
            return found == ranks.end() ? ranks.size() : found->second;
        };
        std::optional<std::size_t> best;
        for (std::size_t i = 0; i < m_chunks.size(); ++i) {
            m_chunkWeights.push_back(m_asked.weightOf(m_asked.placesIn(m_chunks[i].text)));
            m_bestWeight = std::max(m_bestWeight, m_chunkWeights[i]);
            if (m_question.chunk && !isAskedFor(m_chunks[i]))
                continue;
            const auto key = [&](std::size_t at) { return std::tuple(-m_chunkWeights[at], !m_chunks[at].enabled, rankOf(m_chunks[at]), m_chunks[at].ordinal); };
            if (!best || key(i) < key(*best))
                best = i;
        }
        if (!m_why.found)
            m_target = m_chunks[*best];
        m_why.chunk = m_target->ordinal;
    }

    bool enabled() {
        if (!m_record)
            return note(Rung::Enabled, RungState::Ok, Json::object());
        const auto off = std::count_if(m_chunks.begin(), m_chunks.end(), [](const ChunkRecord& chunk) { return !chunk.enabled; });
        return note(Rung::Enabled, m_target->enabled ? RungState::Ok : RungState::Broken, {{"chunk", m_target->ordinal}, {"switched_off", off}, {"edited", m_target->edited}});
    }

    bool embedded() {
        const auto set = m_store.activeSet();
        Json facts = {{"embedder", set ? set->embedder : m_store.settings().value("embedder", std::string())}, {"waiting", set ? m_store.waitingCount(set->id) : 0}, {"staged", !m_record}};
        if (!m_record)
            return note(Rung::Embedded, RungState::Broken, std::move(facts));
        if (!m_base) {
            facts["reason"] = m_embedderProblem;
            return note(Rung::Embedded, RungState::Broken, std::move(facts));
        }
        if (!set || m_mode == SearchMode::Lexical)
            return note(Rung::Embedded, RungState::Skipped, std::move(facts));
        facts["dimension"] = set->dimension;
        m_row = m_base->vectorRows().rowOf(m_target->id);
        return note(Rung::Embedded, m_row ? RungState::Ok : RungState::Broken, std::move(facts));
    }

    bool words() {
        Json terms = Json::array(), unknown = Json::array();
        int shared = 0;
        for (const TermMatch& match : m_base->words().explain(m_asked.terms, m_target->id)) {
            shared += match.count > 0;
            terms.push_back({{"term", match.text}, {"documents", match.documents}, {"count", match.count}, {"score", match.score}});
            if (match.documents == 0)
                unknown.push_back(match.text);
        }
        const std::vector<LexicalHit> hits = m_base->words().search(m_asked.terms, kLexicalRanks);
        const auto hit = std::find_if(hits.begin(), hits.end(), [this](const LexicalHit& one) { return one.row == m_target->id; });
        if (hit != hits.end())
            m_lexicalRank = hit - hits.begin() + 1;
        const RungState state = m_mode == SearchMode::Dense ? RungState::Skipped
            : shared > 0                                    ? RungState::Ok
            : m_mode == SearchMode::Lexical                 ? RungState::Broken
                                                            : RungState::Unknown;
        return note(Rung::Words, state, {{"terms", std::move(terms)}, {"unknown", std::move(unknown)}, {"shared", shared}, {"asked", m_asked.terms.size()},
                                         {"rank", m_lexicalRank ? Json(*m_lexicalRank) : Json()}});
    }

    /// Words alone bring it among the candidates, whatever its vector.
    bool isCandidateByWords() const { return m_mode == SearchMode::Hybrid && m_lexicalRank && *m_lexicalRank <= m_depth; }

    /// The rows that the search was about: all, where the filters leave this chunk out.
    RowSet rowsSearched() const {
        if (!m_settings.isFiltered() || !letThrough())
            return m_base->visibleRows();
        return m_base->vectorRows().rowsOf(m_store.visibleChunks(m_settings.document_prefix, m_settings.type, m_settings.tag, m_settings.modified_since));
    }

    bool exactRank() {
        if (!m_row)
            return true;
        const RowSet among = rowsSearched();
        std::vector<std::int64_t> rows;
        for (std::size_t row = 0; row < among.has.size(); ++row) {
            if (among.has[row])
                rows.push_back(static_cast<std::int64_t>(row));
        }
        const std::vector<float> scores = m_base->vectors()->scores(m_vector, rows);
        const float own = m_base->vectors()->scores(m_vector, std::array{*m_row}).front();
        std::int64_t rank = 1;
        float best = own;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rank += scores[i] > own || (scores[i] == own && rows[i] < *m_row);
            best = std::max(best, scores[i]);
        }
        m_exactRank = rank;
        return note(Rung::ExactRank, rank > m_depth && !isCandidateByWords() ? RungState::Broken : RungState::Ok,
                    {{"rank", rank}, {"of", rows.size()}, {"score", own}, {"best", best}, {"depth", m_depth}, {"k", m_settings.k}});
    }

    bool indexRank() {
        if (!m_row)
            return true;
        const HnswIndex& index = *m_base->vectors();
        const bool isExact = index.isExact() || m_settings.exact;
        Json facts = {{"exact", isExact}, {"ef", index.settings().ef}, {"M", index.settings().M}, {"depth", m_depth}, {"exact_rank", m_exactRank}};
        if (isExact) {
            facts["rank"] = m_exactRank;
            return note(Rung::IndexRank, RungState::Ok, std::move(facts));
        }
        const RowSet among = rowsSearched();
        const std::vector<Neighbour> found = index.search(m_vector, static_cast<int>(m_depth), &among);
        const auto hit = std::find_if(found.begin(), found.end(), [this](const Neighbour& one) { return one.row == *m_row; });
        facts["rank"] = hit != found.end() ? Json(hit - found.begin() + 1) : Json();
        const bool isLost = hit == found.end() && m_exactRank <= m_depth;
        return note(Rung::IndexRank, !isLost ? RungState::Ok : isCandidateByWords() ? RungState::Unknown : RungState::Broken, std::move(facts));
    }

    bool fusedRank() {
        SearchSettings settings = m_settings;
        if (!letThrough()) {
            settings.document_prefix = settings.type = settings.tag = std::string();
            settings.modified_since = 0;
        }
        const std::vector<FusedHit> hits = m_base->rank(m_question.query, m_vector, settings);
        const auto hit = std::find_if(hits.begin(), hits.end(), [this](const FusedHit& one) { return one.row == m_target->id; });
        const auto orNull = [](const auto& value) { return value ? Json(*value) : Json(); };
        Json facts = {{"mode", searchModeName(m_mode)}, {"k", m_settings.k}, {"rank", Json()}, {"candidates", hits.size()}};
        if (const auto k = static_cast<std::size_t>(m_settings.k); hits.size() >= k)
            facts["needed"] = hits[k - 1].score;
        if (hit != hits.end()) {
            m_fusedRank = static_cast<int>(hit - hits.begin()) + 1;
            facts.update({{"rank", *m_fusedRank}, {"score", hit->score}, {"dense_rank", orNull(hit->denseRank)}, {"lexical_rank", orNull(hit->lexicalRank)}});
        }
        return note(Rung::FusedRank, m_fusedRank && *m_fusedRank <= m_settings.k ? RungState::Ok : RungState::Broken, std::move(facts));
    }

    /// Name of the filter that leaves the document out, empty if none does.
    std::string excludingFilter() const {
        if (!m_record->name.starts_with(m_settings.document_prefix))
            return "document";
        if (!m_settings.type.empty() && m_record->type != m_settings.type)
            return "type";
        if (!m_settings.tag.empty() && std::find(m_record->tags.begin(), m_record->tags.end(), m_settings.tag) == m_record->tags.end())
            return "tag";
        return m_record->modified < m_settings.modified_since ? "modified_since" : "";
    }
    bool letThrough() const { return excludingFilter().empty(); }

    bool filters() {
        if (!m_settings.isFiltered() && m_settings.diversity == 1)
            return true;
        const std::string excluding = excludingFilter();
        const Json wanted = {{"document", m_settings.document_prefix}, {"type", m_settings.type}, {"tag", m_settings.tag}, {"modified_since", m_settings.modified_since}};
        const Json has = {{"document", m_record->name}, {"type", m_record->type}, {"tag", m_record->tags}, {"modified_since", m_record->modified}};
        Json facts = {{"wanted", wanted}, {"has", has}, {"filter", excluding}, {"diversity", m_settings.diversity}};
        if (excluding.empty() && !m_why.found && m_settings.diversity < 1)
            facts["filter"] = "diversity";
        return note(Rung::Filters, m_why.found ? RungState::Ok : RungState::Broken, std::move(facts));
    }

    const KnowledgeStore& m_store;
    const KnowledgeBase* m_base;
    const WhyQuestion& m_question;
    SearchSettings m_settings;
    std::stop_token m_stop;
    const std::string& m_embedderProblem;
    Asked m_asked;
    WhyNotFound m_why;
    SearchMode m_mode = SearchMode::Lexical;
    std::int64_t m_depth = 0;
    std::vector<float> m_vector; ///< of the query
    std::optional<DocumentRecord> m_record;
    std::optional<FailedDocument> m_failure;
    bool m_isStaged = false;
    std::vector<Asked::Place> m_places; ///< of the query's terms in the document
    std::vector<ChunkRecord> m_chunks;
    std::vector<double> m_chunkWeights;
    double m_bestWeight = 0;
    std::optional<ChunkRecord> m_target;
    std::optional<std::int64_t> m_row;
    std::optional<std::int64_t> m_lexicalRank;
    std::int64_t m_exactRank = 0;
    std::optional<int> m_fusedRank;
};

} // namespace

std::string_view rungName(Rung rung) { return kRungNames[static_cast<std::size_t>(rung)]; }

std::string_view rungStateName(RungState state) {
    switch (state) {
    case RungState::Ok: return "ok";
    case RungState::Broken: return "broken";
    case RungState::Unknown: return "unknown";
    case RungState::Skipped: break;
    }
    return "skipped";
}

WhyNotFound whyNotFound(const KnowledgeStore& store, const std::function<const KnowledgeBase&()>& openBase, const WhyQuestion& question, const std::stop_token& stop) {
    const KnowledgeBase* base = nullptr;
    std::string problem;
    try {
        base = &openBase();
    } catch (const Error& error) {
        if (!isOfEmbedder(error.code()))
            throw;
        problem = error.message() + (error.hint().empty() ? "" : " " + error.hint());
    }
    return Walk(store, base, question, stop, problem).run();
}

Json whyToJson(const WhyNotFound& why) {
    Json rungs = Json::array();
    for (const RungFinding& finding : why.rungs)
        rungs.push_back({{"id", rungName(finding.rung)}, {"state", rungStateName(finding.state)}, {"facts", finding.facts}});
    const auto orNull = [](const auto& value) { return value ? Json(*value) : Json(); };
    return {{"document", why.document}, {"chunk", orNull(why.chunk)}, {"rungs", std::move(rungs)}, {"broken", why.broken ? Json(rungName(*why.broken)) : Json()},
            {"found", orNull(why.found)}};
}

} // namespace triptych
