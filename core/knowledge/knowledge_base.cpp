#include "knowledge/knowledge_base.h"

#include "base/error.h"
#include "knowledge/fusion.h"
#include "knowledge/hashing_embedder.h"
#include "knowledge/lexical_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kCandidates = 100;      ///< of either part, at least
constexpr std::size_t kBackgroundRows = 1000;
constexpr std::size_t kTextsAtOnce = 10'000;
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

struct KnowledgeBase::Impl {
    KnowledgeStore store;
    BaseEmbedder base;
    HnswSettings settings;
    Generation generation = -1;
    std::optional<EmbeddingSet> set;
    std::vector<std::int64_t> visible; ///< chunk ids, ascending
    LexicalIndex lexical;
    Generation savedLexical = -1;
    std::int64_t savedVisible = 0;
    std::optional<HnswIndex> vectors;
    std::vector<std::int64_t> rows; ///< chunk id of every row of vectors, ascending
    std::int64_t savedRows = 0;     ///< of the graph, in its file
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

    /// All vectors from `after` on, appended to `values` and `rows`.
    void readVectors(std::int64_t after, std::vector<float>& values) {
        store.forEachVector(*set, after, [&](std::int64_t id, std::span<const float> vector) {
            rows.push_back(id);
            values.insert(values.end(), vector.begin(), vector.end());
        });
    }
    VectorIdentity identity() const {
        // Vectors never change under a chunk's id.
        return [this](std::int64_t count) { return fmt::format("{} {} {} {}", set->id, set->fingerprint, count, count > 0 ? rows[static_cast<std::size_t>(count) - 1] : 0); };
    }
    void openVectors(ProgressSink& progress, const std::stop_token& stop) {
        vectors.reset();
        rows.clear();
        if (!set)
            return;
        std::vector<float> values;
        readVectors(0, values);
        try {
            // A copy, because open() takes the vectors even where it then refuses the file.
            if (fs::exists(vectorFile()))
                vectors = HnswIndex::open(vectorFile(), values, set->dimension, settings, identity());
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::NotFound)
                throw;
        }
        savedRows = graphRows();
        if (!vectors)
            vectors = HnswIndex::build(std::move(values), set->dimension, settings, progress, stop, identity());
    }
    void bringVectorsUpToDate(ProgressSink& progress, const std::stop_token& stop) {
        if (!set)
            return;
        std::vector<float> values;
        readVectors(rows.empty() ? 0 : rows.back(), values);
        vectors->append(values);
        // A row below the last one came later (vectors of chunks that a rollback brought back): then all is read again.
        if (static_cast<std::int64_t>(rows.size()) != store.vectorCount(set->id))
            openVectors(progress, stop);
        if (vectors->isExact() || vectors->waiting() > std::max<std::int64_t>(vectors->size() / 20, 1000))
            vectors->absorb(progress, stop);
        visibleRows = rowsOf(visible);
        sample.clear();
        const std::size_t step = std::max<std::size_t>(1, static_cast<std::size_t>(visibleRows.count) / kBackgroundRows);
        std::size_t seen = 0;
        for (std::size_t row = 0; row < visibleRows.has.size(); ++row) {
            if (visibleRows.has[row] && seen++ % step == 0) {
                const std::span<const float> vector = vectors->vector(static_cast<std::int64_t>(row));
                sample.insert(sample.end(), vector.begin(), vector.end());
            }
        }
    }
    RowSet rowsOf(const std::vector<std::int64_t>& ids) const {
        RowSet found;
        found.has.assign(rows.size(), 0);
        std::size_t row = 0;
        for (const std::int64_t id : ids) {
            while (row < rows.size() && rows[row] < id)
                ++row;
            if (row < rows.size() && rows[row] == id) {
                found.has[row] = 1;
                ++found.count;
            }
        }
        return found;
    }
    std::optional<std::int64_t> rowOf(std::int64_t id) const {
        const auto place = std::lower_bound(rows.begin(), rows.end(), id);
        return place != rows.end() && *place == id ? std::optional(place - rows.begin()) : std::nullopt;
    }

    std::vector<FusedHit> hitsOf(std::string_view query, std::span<const float> vector, const SearchSettings& wanted, SearchMode mode) const;
};

std::vector<FusedHit> KnowledgeBase::Impl::hitsOf(std::string_view query, std::span<const float> vector, const SearchSettings& wanted, SearchMode mode) const {
    const bool filtered = !wanted.document_prefix.empty() || !wanted.type.empty() || !wanted.tag.empty() || wanted.modified_since > 0;
    std::optional<RowSet> filteredRows;
    LexicalIndex::Filter allowed;
    if (filtered) {
        const std::vector<std::int64_t> ids = store.visibleChunks(wanted.document_prefix, wanted.type, wanted.tag, wanted.modified_since);
        if (set)
            filteredRows = rowsOf(ids);
        allowed = [has = Ids(ids)](std::int64_t id) { return has.contains(id); };
    }
    const std::size_t depth = mode == SearchMode::Hybrid ? std::max(kCandidates, 2 * static_cast<std::size_t>(wanted.k)) : static_cast<std::size_t>(wanted.k);
    std::vector<Candidate> candidates;
    std::unordered_map<std::int64_t, std::size_t> place;
    if (mode != SearchMode::Dense) {
        for (const LexicalHit& hit : lexical.search(query, depth, allowed)) {
            place.emplace(hit.row, candidates.size());
            candidates.push_back({hit.row, hit.score, 0});
        }
    }
    if (mode == SearchMode::Lexical) {
        std::vector<FusedHit> hits;
        for (const Candidate& candidate : candidates)
            hits.push_back({candidate.row, candidate.lexical, static_cast<int>(hits.size()) + 1, std::nullopt});
        return hits;
    }
    const RowSet& among = filteredRows ? *filteredRows : visibleRows;
    std::vector<std::int64_t> withoutWords;
    const auto nearest = wanted.exact ? vectors->searchExactly(vector, static_cast<int>(depth), &among) : vectors->search(vector, static_cast<int>(depth), &among);
    if (mode == SearchMode::Dense) {
        std::vector<FusedHit> hits;
        for (const Neighbour& one : nearest)
            hits.push_back({rows[static_cast<std::size_t>(one.row)], one.score, std::nullopt, static_cast<int>(hits.size()) + 1});
        return hits;
    }
    for (Candidate& candidate : candidates) {
        if (const auto row = rowOf(candidate.row))
            candidate.dense = vectors->scores(vector, std::array{*row}).front();
    }
    for (const Neighbour& one : nearest) {
        const std::int64_t id = rows[static_cast<std::size_t>(one.row)];
        if (!place.contains(id)) {
            withoutWords.push_back(id);
            candidates.push_back({id, 0, one.score});
        }
    }
    // Words may be in chunks that the lexical part ranked below its depth.
    const std::vector<float> scores = lexical.score(query, withoutWords);
    for (std::size_t i = 0; i < scores.size(); ++i)
        candidates[candidates.size() - scores.size() + i].lexical = scores[i];
    return fuse(candidates, lexicalBackground(lexical.terms(query), lexical.size()), denseBackground(vector, sample), reliability);
}

KnowledgeBase::KnowledgeBase(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
KnowledgeBase::KnowledgeBase(KnowledgeBase&&) noexcept = default;
KnowledgeBase& KnowledgeBase::operator=(KnowledgeBase&&) noexcept = default;
KnowledgeBase::~KnowledgeBase() = default;

KnowledgeBase KnowledgeBase::open(const fs::path& folder, const BaseEmbedder& base, ProgressSink& progress, const std::stop_token& stop, const HnswSettings& settings) {
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
        impl.openVectors(progress, stop);
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
        impl.vectors->save(impl.vectorFile());
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

std::vector<SearchHit> KnowledgeBase::search(std::string_view query, const SearchSettings& settings, const std::stop_token& stop) const {
    const SearchMode mode = settings.mode.value_or(m_impl->set ? SearchMode::Hybrid : SearchMode::Lexical);
    const std::string text(query);
    return search(query, mode == SearchMode::Lexical ? std::vector<float>() : embedQueries(std::span(&text, 1), stop), settings);
}

std::vector<SearchHit> KnowledgeBase::search(std::string_view query, std::span<const float> vector, const SearchSettings& settings) const {
    const Impl& impl = *m_impl;
    if (settings.k < 1 || settings.k > 10'000)
        throw Error(ErrorCode::InvalidArgument, fmt::format("'k' is {}, outside 1 to 10,000", settings.k));
    const SearchMode mode = settings.mode.value_or(impl.set ? SearchMode::Hybrid : SearchMode::Lexical);
    if (mode != SearchMode::Lexical && !impl.set)
        throw Error(ErrorCode::InvalidArgument, fmt::format("this knowledge base has no vectors for a {} search", searchModeName(mode)), "Search with --mode lexical, or make a base with an embedder.");
    std::vector<FusedHit> fused = impl.hitsOf(query, vector, settings, mode);
    fused.resize(std::min(fused.size(), static_cast<std::size_t>(settings.k)));
    std::vector<std::int64_t> ids;
    for (const FusedHit& hit : fused)
        ids.push_back(hit.row);
    std::vector<ChunkRecord> chunks = impl.store.chunks(ids);
    const std::vector<float> lexicalScores = impl.lexical.score(query, ids);
    std::vector<SearchHit> hits;
    for (std::size_t i = 0; i < fused.size(); ++i) {
        SearchHit hit{std::move(chunks[i]), fused[i].score, fused[i].denseRank, fused[i].lexicalRank, std::nullopt, std::nullopt};
        if (lexicalScores[i] > 0)
            hit.lexical_score = lexicalScores[i];
        if (const auto row = impl.rowOf(hit.chunk.id); row && !vector.empty())
            hit.dense_score = impl.vectors->scores(vector, std::array{*row}).front();
        hits.push_back(std::move(hit));
    }
    return hits;
}

bool KnowledgeBase::hasVectors() const { return m_impl->set.has_value(); }
std::int64_t KnowledgeBase::visibleChunks() const { return static_cast<std::int64_t>(m_impl->visible.size()); }

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
    std::unordered_map<std::int64_t, std::vector<float>> byId;
    store.forEachVector(*set, 0, [&](std::int64_t id, std::span<const float> vector) {
        if (std::binary_search(ids.begin(), ids.end(), id))
            byId.emplace(id, std::vector<float>(vector.begin(), vector.end()));
    });
    std::vector<std::string> texts;
    std::vector<float> vectors;
    for (const ChunkRecord& chunk : store.chunks(ids)) {
        if (const auto vector = byId.find(chunk.id); vector != byId.end()) {
            texts.push_back(chunk.text);
            vectors.insert(vectors.end(), vector->second.begin(), vector->second.end());
        }
    }
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
