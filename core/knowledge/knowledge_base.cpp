#include "knowledge/knowledge_base.h"

#include "base/error.h"
#include "knowledge/hashing_embedder.h"
#include "knowledge/hit_selection.h"
#include "knowledge/index_presets.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kCandidates = 100;      ///< of either part, at least
constexpr int kMostHits = 10'000, kMostDiverse = 1000, kMostNeighbours = 100;
constexpr std::size_t kDiverseOf = 3; ///< so many times k hits are chosen from
constexpr std::size_t kBackgroundRows = 1000;
constexpr std::size_t kTextsAtOnce = 10'000;
constexpr std::size_t kVectorsAtOnce = 20'000;
constexpr std::size_t kComparedRows = 1000;
constexpr std::int64_t kMostWaiting = 20'000;
constexpr const char* kReliability = "reliability";
constexpr std::uint64_t kReliabilitySeed = 13;

struct Reliability {
    std::int64_t set = 0, chunks = 0;
    double value = 1;
};

Reliability storedReliability(const KnowledgeStore& store) {
    const std::string text = store.extra(kReliability);
    if (text.empty())
        return {};
    const Json value = parseJson(text, "the reliability of the vectors");
    return {value.value("set", std::int64_t{0}), value.value("chunks", std::int64_t{0}), value.value("value", 1.0)};
}

/// Rows that a filter lets through, by chunk id.
class Ids {
public:
    explicit Ids(const std::vector<std::int64_t>& ascending) : m_has(ascending.empty() ? 0 : static_cast<std::size_t>(ascending.back()) + 1) {
        for (const std::int64_t id : ascending)
            m_has[static_cast<std::size_t>(id)] = true;
    }
    bool contains(std::int64_t id) const { return id >= 0 && static_cast<std::size_t>(id) < m_has.size() && m_has[static_cast<std::size_t>(id)]; }

private:
    std::vector<bool> m_has;
};

void checkSettings(const SearchSettings& settings) {
    const int mostHits = settings.diversity < 1 ? kMostDiverse : kMostHits;
    if (settings.k < 1 || settings.k > mostHits)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'k' is {}, outside 1 to {}{}", settings.k, mostHits, settings.diversity < 1 ? " with a diversity below 1" : ""));
    if (!(settings.diversity >= 0 && settings.diversity <= 1))
        throw Error(ErrorCode::InvalidArgument, fmt::format("'diversity' is {}, outside 0 to 1", settings.diversity));
    if (settings.neighbours < 0 || settings.neighbours > kMostNeighbours)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'neighbours' is {}, outside 0 to {}", settings.neighbours, kMostNeighbours));
}

} // namespace

std::string_view searchModeName(SearchMode mode) {
    switch (mode) {
    case SearchMode::Hybrid: return "hybrid";
    case SearchMode::Dense: return "dense";
    case SearchMode::Lexical: break;
    }
    return "lexical";
}

SearchMode searchModeFromName(std::string_view name) {
    for (const SearchMode mode : {SearchMode::Hybrid, SearchMode::Dense, SearchMode::Lexical}) {
        if (name == searchModeName(mode))
            return mode;
    }
    throw Error(ErrorCode::InvalidArgument, fmt::format("there is no way to search called '{}'", name), "Choose hybrid, dense or lexical.");
}

std::size_t searchDepth(const SearchSettings& settings, SearchMode mode) {
    const auto k = static_cast<std::size_t>(settings.k);
    const std::size_t wanted = settings.diversity < 1 ? kDiverseOf * k : k;
    return mode == SearchMode::Hybrid ? std::max({kCandidates, 2 * k, wanted}) : wanted;
}

struct KnowledgeBase::Impl {
    KnowledgeStore store;
    BaseEmbedder base;
    std::optional<HnswSettings> settings; ///< empty: those of the base's preset
    Generation generation = -1;
    std::optional<EmbeddingSet> set;
    std::vector<std::int64_t> visible; ///< chunk ids, ascending
    LexicalIndex lexical;
    Generation savedLexical = -1;
    std::int64_t savedVisible = 0;
    std::optional<HnswIndex> vectors;
    VectorRows rows;
    std::int64_t lost = 0;      ///< of the store when it was last held against the vectors
    std::int64_t savedRows = 0; ///< of the graph, in its file
    std::int64_t graphRows() const { return vectors && !vectors->isExact() ? vectors->size() - vectors->waiting() : 0; }
    RowSet visibleRows;
    std::vector<float> sample; ///< of visible vectors
    double reliability = 1;

    fs::path lexicalFile() const { return store.folder() / "lexical.idx"; }
    fs::path vectorFile() const { return store.folder() / "vectors.hnsw"; }
    Analyzer analyzer() const {
        const std::string language = store.settings().value("language", std::string());
        return Analyzer(language.empty() ? "en" : language);
    }

    void openLexical() {
        const Analyzer chosen = analyzer();
        try {
            lexical = LexicalIndex::open(lexicalFile(), chosen);
            savedLexical = static_cast<Generation>(lexical.generation());
            visible = store.visibleChunksAt(savedLexical);
            // A purge or a copy of another base: what the file has must be what the base had then.
            if (lexical.size() == static_cast<std::int64_t>(visible.size()) &&
                std::all_of(visible.begin(), visible.end(), [&](std::int64_t id) { return lexical.contains(id); })) {
                savedVisible = lexical.size();
                return;
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::NotFound)
                throw;
        }
        lexical = LexicalIndex(chosen);
        savedLexical = -1;
        savedVisible = 0;
        visible.clear();
    }

    void bringLexicalUpToDate(ProgressSink& progress, const std::stop_token& stop) {
        std::vector<std::int64_t> now = store.visibleChunks(), gone, come;
        std::set_difference(visible.begin(), visible.end(), now.begin(), now.end(), std::back_inserter(gone));
        std::set_difference(now.begin(), now.end(), visible.begin(), visible.end(), std::back_inserter(come));
        lexical.update(gone, {});
        for (std::size_t begin = 0; begin < come.size(); begin += kTextsAtOnce) {
            throwIfStopped(stop);
            progress.progress({static_cast<std::int64_t>(begin), static_cast<std::int64_t>(come.size()), "chunks", "index"});
            const auto part = std::span(come).subspan(begin, std::min(kTextsAtOnce, come.size() - begin));
            const std::vector<ChunkRecord> chunks = store.chunks(part);
            std::vector<LexicalText> texts;
            for (const ChunkRecord& chunk : chunks)
                texts.push_back({chunk.id, chunk.text});
            lexical.update({}, texts);
        }
        visible = std::move(now);
    }

    HnswSettings indexSettingsOfSet() const {
        HnswSettings chosen = settings ? *settings : indexSettings(store.settings(), set->format());
        chosen.format = set->format();
        return chosen;
    }
    std::string identity() const { return fmt::format("{} {} {}", set->id, set->embedder, set->fingerprint); }

    /// Out of the file, if it was made of the store's vectors; else empty, to be filled.
    void openVectors() {
        rows.clear();
        savedRows = 0;
        vectors.reset();
        if (!set)
            return;
        lost = store.lostChunks(set->id);
        try {
            std::string note;
            vectors.emplace(HnswIndex::open(vectorFile(), identity(), set->dimension, indexSettingsOfSet(), note));
            if (const auto lostThen = readNote(note); lostThen && (lostThen != lost || agreesHereAndThere())) {
                savedRows = graphRows();
                if (lostThen != lost)
                    forgetOthers();
                return;
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::NotFound)
                throw;
        }
        startAnew();
    }
    void startAnew() {
        rows.clear();
        savedRows = 0;
        vectors.emplace(set->dimension, indexSettingsOfSet());
    }
    /// What is kept with the graph: how many chunks the store had lost, and the chunk of every row.
    std::string note() const {
        std::vector<std::int64_t> numbers = {lost};
        numbers.insert(numbers.end(), rows.ids().begin(), rows.ids().begin() + graphRows());
        return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::int64_t)};
    }
    std::optional<std::int64_t> readNote(const std::string& text) {
        std::vector<std::int64_t> numbers(static_cast<std::size_t>(vectors->size()) + 1);
        if (text.size() != numbers.size() * sizeof(std::int64_t))
            return std::nullopt;
        std::memcpy(numbers.data(), text.data(), text.size());
        rows.add(std::span(numbers).subspan(1));
        return numbers.front();
    }
    /// Those of the ids whose vector in the store is the one of their row.
    std::vector<std::int64_t> agreeing(std::span<const std::int64_t> ids) {
        std::vector<std::int64_t> same;
        store.forEachStoredVector(*set, ids, [&](std::int64_t id, std::span<const std::byte> vector) {
            if (std::memcmp(vector.data(), vectors->stored(*rows.rowOf(id)).data(), vector.size()) == 0)
                same.push_back(id);
        });
        return same;
    }
    /// The file of another base, and one that was written before a power cut took the last commits back, have other vectors
    /// nearly everywhere or at the end.
    bool agreesHereAndThere() {
        const std::vector<std::int64_t> living = rows.living();
        const std::size_t step = std::max<std::size_t>(1, living.size() / kComparedRows);
        std::vector<std::int64_t> ids;
        for (std::size_t i = 0; i < living.size(); i += living.size() - i > kComparedRows ? step : 1)
            ids.push_back(living[i]);
        return agreeing(ids).size() == ids.size();
    }
    /// Chunks were deleted: their rows stay, but are nobody's, even if an id has come again with another vector.
    void forgetOthers() {
        rows.keepOnly(agreeing(rows.living()));
        savedRows = 0; // the file says it otherwise
    }

    void takeIn(std::span<const std::int64_t> ids) {
        std::vector<std::int64_t> taken;
        const auto keep = [&] { rows.add(taken); };
        try {
            store.forEachStoredVector(*set, ids, [&](std::int64_t id, std::span<const std::byte> vector) {
                vectors->append(vector);
                taken.push_back(id);
            });
        } catch (...) {
            keep();
            throw;
        }
        keep();
    }
    /// Chunks whose vectors came since. Mostly they are above all others; below come those of chunks that waited while later ones
    /// took their vectors over.
    std::vector<std::int64_t> newVectors() {
        std::vector<std::int64_t> ids = store.vectorIds(set->id, rows.highest());
        if (store.vectorCount(set->id) == rows.livingCount() + static_cast<std::int64_t>(ids.size()))
            return ids;
        ids = store.vectorIds(set->id);
        rows.keepOnly(ids);
        std::erase_if(ids, [this](std::int64_t id) { return rows.rowOf(id).has_value(); });
        return ids;
    }
    void bringVectorsUpToDate(ProgressSink& progress, const std::stop_token& stop) {
        if (!set)
            return;
        if (const std::int64_t now = store.lostChunks(set->id); now != lost) {
            lost = now;
            forgetOthers();
        }
        std::vector<std::int64_t> come = newVectors();
        if (2 * rows.livingCount() < static_cast<std::int64_t>(rows.size())) {
            startAnew();
            come = newVectors();
        }
        const std::int64_t total = vectors->size() + static_cast<std::int64_t>(come.size());
        // A few are compared one by one for a while: taking them in costs a copy of a graph that lies in a file.
        const bool takenIn = vectors->isExact() || total - graphRows() > std::clamp<std::int64_t>(total / 20, 1000, kMostWaiting);
        vectors->expect(total);
        for (std::size_t begin = 0; begin < come.size(); begin += kVectorsAtOnce) {
            throwIfStopped(stop);
            takeIn(std::span(come).subspan(begin, std::min(kVectorsAtOnce, come.size() - begin)));
            if (takenIn)
                vectors->absorb(progress, stop);
        }
        visibleRows = rowsOf(visible);
        sample.clear();
        const std::size_t step = std::max<std::size_t>(1, static_cast<std::size_t>(visibleRows.count) / kBackgroundRows);
        std::size_t seen = 0;
        for (std::size_t row = 0; row < visibleRows.has.size(); ++row) {
            if (visibleRows.has[row] && seen++ % step == 0) {
                sample.resize(sample.size() + static_cast<std::size_t>(set->dimension));
                vectors->readVector(static_cast<std::int64_t>(row), std::span(sample).last(static_cast<std::size_t>(set->dimension)));
            }
        }
    }
    RowSet rowsOf(const std::vector<std::int64_t>& ids) const { return rows.rowsOf(ids); }
    std::optional<std::int64_t> rowOf(std::int64_t id) const { return rows.rowOf(id); }

    std::optional<float> denseScore(std::int64_t id, std::span<const float> vector) const {
        const auto row = vector.empty() ? std::nullopt : rowOf(id);
        return row ? std::optional(vectors->scores(vector, std::array{*row}).front()) : std::nullopt;
    }
    std::vector<FusedHit> hitsOf(std::string_view query, std::span<const float> vector, const SearchSettings& wanted, SearchMode mode) const;
    std::vector<Candidate> withWords(std::span<const QueryTerm> terms, std::size_t depth, const LexicalIndex::Filter& allowed) const;
    std::vector<Candidate> nearest(std::span<const float> vector, std::size_t depth, const RowSet& among, bool exact) const;
    void addNearest(std::vector<Candidate>& candidates, std::span<const QueryTerm> terms, std::span<const float> vector, std::span<const Candidate> nearest) const;
    std::vector<FusedHit> ofOnePart(std::span<const Candidate> candidates, std::span<const QueryTerm> terms, std::span<const float> vector, SearchMode mode) const;
    void diversify(std::vector<FusedHit>& hits, const SearchSettings& wanted) const;
    std::vector<float> vectorsOf(std::span<const std::int64_t> ids) const;
    std::vector<float> hashed(std::span<const std::int64_t> ids) const; ///< of a base without vectors
    std::vector<SearchHit> withTexts(std::span<const FusedHit> fused, bool hasVector) const;
    void addNeighbours(std::vector<SearchHit>& hits, int around) const;
};

std::vector<FusedHit> KnowledgeBase::Impl::hitsOf(std::string_view query, std::span<const float> vector, const SearchSettings& wanted, SearchMode mode) const {
    std::optional<RowSet> filteredRows;
    LexicalIndex::Filter allowed;
    if (wanted.isFiltered()) {
        const std::vector<std::int64_t> ids = store.visibleChunks(wanted.document_prefix, wanted.type, wanted.tag, wanted.modified_since);
        if (set)
            filteredRows = rowsOf(ids);
        allowed = [has = Ids(ids)](std::int64_t id) { return has.contains(id); };
    }
    const RowSet& among = filteredRows ? *filteredRows : visibleRows;
    const std::size_t depth = searchDepth(wanted, mode);
    const std::vector<QueryTerm> terms = lexical.terms(query);
    std::vector<Candidate> candidates = mode == SearchMode::Dense ? nearest(vector, depth, among, wanted.exact) : withWords(terms, depth, allowed);
    if (mode == SearchMode::Hybrid)
        addNearest(candidates, terms, vector, nearest(vector, depth, among, wanted.exact));
    else
        return ofOnePart(candidates, terms, vector, mode);
    return fuse(candidates, lexicalBackground(terms, lexical.size()), denseBackground(vector, sample), reliability);
}

std::vector<Candidate> KnowledgeBase::Impl::withWords(std::span<const QueryTerm> terms, std::size_t depth, const LexicalIndex::Filter& allowed) const {
    std::vector<Candidate> candidates;
    for (const LexicalHit& hit : lexical.search(terms, depth, allowed))
        candidates.push_back({hit.row, hit.score, 0});
    return candidates;
}

std::vector<Candidate> KnowledgeBase::Impl::nearest(std::span<const float> vector, std::size_t depth, const RowSet& among, bool exact) const {
    std::vector<Candidate> candidates;
    const int k = static_cast<int>(depth);
    for (const Neighbour& one : exact ? vectors->searchExactly(vector, k, &among) : vectors->search(vector, k, &among))
        candidates.push_back({rows[static_cast<std::size_t>(one.row)], 0, one.score});
    return candidates;
}

/// The nearest chunks behind those with words of the query, each with both scores.
void KnowledgeBase::Impl::addNearest(std::vector<Candidate>& candidates, std::span<const QueryTerm> terms, std::span<const float> vector,
                                     std::span<const Candidate> nearest) const {
    std::unordered_map<std::int64_t, float> scores;
    for (const Candidate& one : nearest)
        scores.emplace(one.row, one.dense);
    for (Candidate& candidate : candidates) {
        if (const auto found = scores.find(candidate.row); found != scores.end()) {
            candidate.dense = found->second;
            scores.erase(found);
        } else {
            candidate.dense = denseScore(candidate.row, vector).value_or(0);
        }
    }
    std::vector<std::int64_t> others;
    for (const Candidate& one : nearest) {
        if (scores.contains(one.row)) {
            others.push_back(one.row);
            candidates.push_back(one);
        }
    }
    // Words may be in chunks that the lexical part ranked below its depth.
    const std::vector<float> lexicalScores = lexical.score(terms, others);
    for (std::size_t i = 0; i < lexicalScores.size(); ++i)
        candidates[candidates.size() - lexicalScores.size() + i].lexical = lexicalScores[i];
}

/// The candidates of one part in their order, with the scores that the other one gives them.
std::vector<FusedHit> KnowledgeBase::Impl::ofOnePart(std::span<const Candidate> candidates, std::span<const QueryTerm> terms, std::span<const float> vector,
                                                     SearchMode mode) const {
    const bool isDense = mode == SearchMode::Dense;
    std::vector<std::int64_t> ids;
    for (const Candidate& candidate : candidates)
        ids.push_back(candidate.row);
    const std::vector<float> words = isDense ? lexical.score(terms, ids) : std::vector<float>();
    std::vector<FusedHit> hits;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        FusedHit hit;
        hit.row = candidates[i].row;
        hit.lexical = isDense ? words[i] : candidates[i].lexical;
        hit.dense = isDense ? candidates[i].dense : denseScore(hit.row, vector).value_or(0);
        hit.score = isDense ? hit.dense : hit.lexical;
        (isDense ? hit.denseRank : hit.lexicalRank) = static_cast<int>(i) + 1;
        hits.push_back(hit);
    }
    return hits;
}

void KnowledgeBase::Impl::diversify(std::vector<FusedHit>& hits, const SearchSettings& wanted) const {
    if (wanted.diversity == 1 || hits.empty())
        return;
    hits.resize(std::min(hits.size(), kDiverseOf * static_cast<std::size_t>(wanted.k)));
    std::vector<std::int64_t> ids;
    std::vector<double> scores;
    for (const FusedHit& hit : hits) {
        ids.push_back(hit.row);
        scores.push_back(hit.score);
    }
    std::vector<FusedHit> taken;
    for (const std::size_t i : diversified(scores, set ? vectorsOf(ids) : hashed(ids), static_cast<std::size_t>(wanted.k), wanted.diversity))
        taken.push_back(hits[i]);
    hits = std::move(taken);
}

std::vector<float> KnowledgeBase::Impl::vectorsOf(std::span<const std::int64_t> ids) const {
    const auto dimension = static_cast<std::size_t>(vectors->dimension());
    std::vector<float> values(ids.size() * dimension);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (const auto row = rowOf(ids[i]))
            vectors->readVector(*row, std::span(values).subspan(i * dimension, dimension));
    }
    return values;
}

std::vector<float> KnowledgeBase::Impl::hashed(std::span<const std::int64_t> ids) const {
    std::vector<std::string> texts;
    for (ChunkRecord& chunk : store.chunks(ids))
        texts.push_back(std::move(chunk.text));
    return HashingEmbedder(lexical.analyzer(), FeatureFrequencies()).embed(texts);
}

std::vector<SearchHit> KnowledgeBase::Impl::withTexts(std::span<const FusedHit> fused, bool hasVector) const {
    std::vector<std::int64_t> ids;
    for (const FusedHit& hit : fused)
        ids.push_back(hit.row);
    std::vector<ChunkRecord> chunks = store.chunks(ids);
    std::vector<SearchHit> hits;
    for (std::size_t i = 0; i < fused.size(); ++i) {
        SearchHit hit;
        hit.chunk = std::move(chunks[i]);
        hit.score = fused[i].score;
        hit.dense_rank = fused[i].denseRank;
        hit.lexical_rank = fused[i].lexicalRank;
        if (fused[i].lexical > 0)
            hit.lexical_score = fused[i].lexical;
        if (hasVector && rowOf(hit.chunk.id))
            hit.dense_score = fused[i].dense;
        hits.push_back(std::move(hit));
    }
    return hits;
}

void KnowledgeBase::Impl::addNeighbours(std::vector<SearchHit>& hits, int around) const {
    if (around == 0)
        return;
    std::map<std::int64_t, std::vector<ChunkRecord>> documents;
    std::vector<ChunkPlace> places;
    std::vector<std::int64_t> sizes;
    for (const SearchHit& hit : hits) {
        const auto [document, isNew] = documents.try_emplace(hit.chunk.document_id);
        if (isNew)
            document->second = store.chunksOf(hit.chunk.document_id);
        places.push_back({hit.chunk.document_id, hit.chunk.ordinal});
        sizes.push_back(static_cast<std::int64_t>(document->second.size()));
    }
    std::vector<SearchHit> kept;
    for (const ChunkRange& range : withNeighbours(places, sizes, around)) {
        SearchHit hit = std::move(hits[range.hit]);
        for (const ChunkRecord& chunk : documents.at(range.document)) {
            if (chunk.ordinal >= range.first && chunk.ordinal <= range.last && chunk.ordinal != hit.chunk.ordinal && chunk.enabled)
                hit.neighbours.push_back(chunk);
        }
        kept.push_back(std::move(hit));
    }
    hits = std::move(kept);
}

KnowledgeBase::KnowledgeBase(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
KnowledgeBase::KnowledgeBase(KnowledgeBase&&) noexcept = default;
KnowledgeBase& KnowledgeBase::operator=(KnowledgeBase&&) noexcept = default;
KnowledgeBase::~KnowledgeBase() = default;

KnowledgeBase KnowledgeBase::open(const fs::path& folder, const BaseEmbedder& base, ProgressSink& progress, const std::stop_token& stop, const std::optional<HnswSettings>& settings) {
    auto impl = std::unique_ptr<Impl>(new Impl{.store = KnowledgeStore::open(folder), .base = base, .settings = settings, .set = {}, .visible = {},
                                               .lexical = LexicalIndex(), .vectors = {}, .rows = {}, .visibleRows = {}, .sample = {}});
    impl->openLexical();
    KnowledgeBase opened(std::move(impl));
    opened.refresh(progress, stop);
    return opened;
}

KnowledgeStore& KnowledgeBase::store() { return m_impl->store; }

bool KnowledgeBase::refresh(ProgressSink& progress, const std::stop_token& stop) {
    Impl& impl = *m_impl;
    const Generation now = impl.store.generation();
    if (now == impl.generation)
        return false;
    const auto set = impl.store.activeSet();
    if (set)
        requireEmbedderOf(*set, impl.base);
    impl.bringLexicalUpToDate(progress, stop);
    const bool otherSet = set.has_value() != impl.set.has_value() || (set && set->id != impl.set->id);
    impl.set = set;
    if (otherSet)
        impl.openVectors();
    impl.bringVectorsUpToDate(progress, stop);
    if (const Reliability measured = storedReliability(impl.store); set && measured.set == set->id)
        impl.reliability = measured.value;
    impl.generation = now;
    return true;
}

void KnowledgeBase::saveIndexes(bool always) {
    Impl& impl = *m_impl;
    const auto rows = static_cast<std::int64_t>(impl.visible.size());
    if (impl.savedLexical != impl.generation && (always || std::abs(rows - impl.savedVisible) > std::min<std::int64_t>(20'000, rows / 20))) {
        impl.lexical.save(impl.lexicalFile(), static_cast<std::uint64_t>(impl.generation));
        impl.savedLexical = impl.generation;
        impl.savedVisible = rows;
    }
    const std::int64_t unsaved = impl.graphRows() - impl.savedRows;
    if (unsaved > 0 && (always || unsaved > std::min<std::int64_t>(20'000, rows / 20))) {
        impl.vectors->save(impl.vectorFile(), impl.identity(), impl.note());
        impl.savedRows = impl.graphRows();
    }
}

std::vector<float> KnowledgeBase::embedQueries(std::span<const std::string> queries, const std::stop_token& stop) const {
    if (!m_impl->set)
        return {};
    std::vector<std::string> texts;
    for (const std::string& query : queries)
        texts.push_back(m_impl->base.query_prefix + query);
    return m_impl->base.embedder->embed(texts, stop);
}

std::vector<SearchMode> KnowledgeBase::modes() const {
    return m_impl->set ? std::vector{SearchMode::Hybrid, SearchMode::Dense, SearchMode::Lexical} : std::vector{SearchMode::Lexical};
}

void KnowledgeBase::requireMode(SearchMode mode) const {
    if (mode != SearchMode::Lexical && !m_impl->set)
        throw Error(ErrorCode::InvalidArgument, fmt::format("this knowledge base has no vectors for a {} search", searchModeName(mode)), "Search with --mode lexical, or make a base with an embedder.");
}

SearchMode KnowledgeBase::modeOf(const SearchSettings& settings) const {
    return settings.mode.value_or(m_impl->set ? SearchMode::Hybrid : SearchMode::Lexical);
}

std::vector<SearchHit> KnowledgeBase::search(std::string_view query, const SearchSettings& settings, const std::stop_token& stop) const {
    const std::string text(query);
    return search(query, modeOf(settings) == SearchMode::Lexical ? std::vector<float>() : embedQueries(std::span(&text, 1), stop), settings);
}

std::vector<FusedHit> KnowledgeBase::rank(std::string_view query, std::span<const float> vector, const SearchSettings& settings) const {
    const SearchMode mode = modeOf(settings);
    checkSettings(settings);
    requireMode(mode);
    return m_impl->hitsOf(query, vector, settings, mode);
}

std::vector<SearchHit> KnowledgeBase::search(std::string_view query, std::span<const float> vector, const SearchSettings& settings) const {
    const Impl& impl = *m_impl;
    std::vector<FusedHit> fused = rank(query, vector, settings);
    impl.diversify(fused, settings);
    fused.resize(std::min(fused.size(), static_cast<std::size_t>(settings.k)));
    std::vector<SearchHit> hits = impl.withTexts(fused, impl.set && !vector.empty());
    impl.addNeighbours(hits, settings.neighbours);
    return hits;
}

HitWords KnowledgeBase::explain(std::string_view query, const ChunkRecord& chunk) const {
    const std::vector<QueryTerm> terms = m_impl->lexical.terms(query);
    std::vector<std::string> texts;
    for (const QueryTerm& term : terms)
        texts.push_back(term.text);
    return {m_impl->lexical.explain(terms, chunk.id), matchedSpans(m_impl->lexical.analyzer(), chunk.text, texts)};
}

bool KnowledgeBase::hasVectors() const { return m_impl->set.has_value(); }
std::int64_t KnowledgeBase::visibleChunks() const { return static_cast<std::int64_t>(m_impl->visible.size()); }
std::span<const std::int64_t> KnowledgeBase::visibleIds() const { return m_impl->visible; }
const LexicalIndex& KnowledgeBase::words() const { return m_impl->lexical; }
const HnswIndex* KnowledgeBase::vectors() const { return m_impl->set ? &*m_impl->vectors : nullptr; }
const VectorRows& KnowledgeBase::vectorRows() const { return m_impl->rows; }
const RowSet& KnowledgeBase::visibleRows() const { return m_impl->visibleRows; }

std::vector<float> KnowledgeBase::vectorsOf(std::span<const std::int64_t> ids) const {
    if (!m_impl->set)
        throw Error(ErrorCode::InvalidArgument, "this knowledge base has no vectors");
    return m_impl->vectorsOf(ids);
}

void measureReliability(KnowledgeStore& store, const BaseEmbedder& base, const std::stop_token& stop) {
    const auto set = store.activeSet();
    if (!set || !base.embedder)
        return;
    const std::vector<std::int64_t> visible = store.visibleChunks();
    const auto rows = static_cast<std::int64_t>(visible.size());
    if (const Reliability before = storedReliability(store); before.set == set->id && rows < 2 * before.chunks && 2 * rows > before.chunks)
        return;
    const auto keep = [&](double value) { store.setExtra(kReliability, dumpJson(Json{{"set", set->id}, {"chunks", rows}, {"value", value}})); };
    if (base.name == "hashing")
        return keep(HashingEmbedder::kReliability);
    // Chunks from all over the base; the first of them are asked for, all are what they are found among.
    std::vector<std::int64_t> ids;
    const std::int64_t step = std::max<std::int64_t>(1, rows / 2000);
    for (std::int64_t i = 0; i < rows; i += step)
        ids.push_back(visible[static_cast<std::size_t>(i)]);
    std::vector<std::int64_t> found;
    std::vector<float> vectors;
    const auto dimension = static_cast<std::size_t>(set->dimension);
    store.forEachStoredVector(*set, ids, [&](std::int64_t id, std::span<const std::byte> vector) {
        found.push_back(id);
        vectors.resize(vectors.size() + dimension);
        decodeVector(set->format(), vector.data(), std::span(vectors).last(dimension));
    });
    std::vector<std::string> texts;
    for (const ChunkRecord& chunk : store.chunks(found))
        texts.push_back(chunk.text);
    class Prefixed final : public Embedder {
    public:
        explicit Prefixed(const BaseEmbedder& from) : m_base(from) {}
        int dimension() const override { return m_base.embedder->dimension(); }
        std::vector<float> embed(std::span<const std::string> queries, const std::stop_token& token) override {
            std::vector<std::string> prefixed;
            for (const std::string& query : queries)
                prefixed.push_back(m_base.query_prefix + query);
            return m_base.embedder->embed(prefixed, token);
        }

    private:
        const BaseEmbedder& m_base;
    };
    Prefixed queries(base);
    keep(denseReliability(queries, texts, vectors, kReliabilitySeed, stop));
}

} // namespace triptych
