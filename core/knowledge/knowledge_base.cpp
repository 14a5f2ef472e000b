#include "knowledge/knowledge_base.h"

#include "base/error.h"
#include "knowledge/fusion.h"
#include "knowledge/hashing_embedder.h"
#include "knowledge/index_presets.h"
#include "knowledge/lexical_index.h"
#include "knowledge/vector_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <unordered_map>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kCandidates = 100;      ///< of either part, at least
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
