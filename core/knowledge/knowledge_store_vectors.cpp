#include "base/error.h"
#include "knowledge/knowledge_store_impl.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace triptych {

namespace {

constexpr std::size_t kScaleBytes = sizeof(float);

EmbeddingSet setOf(const Prepared& row) {
    return {row.integer(0), row.text(1), row.text(2), static_cast<int>(row.integer(3)), row.integer(4) != 0};
}

std::size_t blobBytes(const EmbeddingSet& set) {
    const auto dimension = static_cast<std::size_t>(set.dimension);
    return set.int8 ? kScaleBytes + dimension : dimension * sizeof(float);
}

/// value = scale * q, q in -127 to 127: the scale is set by the largest value.
std::vector<std::byte> encoded(const EmbeddingSet& set, std::span<const float> vector) {
    std::vector<std::byte> blob(blobBytes(set));
    if (!set.int8) {
        std::memcpy(blob.data(), vector.data(), blob.size());
        return blob;
    }
    float greatest = 0;
    for (const float value : vector)
        greatest = std::max(greatest, std::abs(value));
    const float scale = greatest / 127.0f;
    std::memcpy(blob.data(), &scale, kScaleBytes);
    for (std::size_t i = 0; i < vector.size(); ++i)
        blob[kScaleBytes + i] = static_cast<std::byte>(static_cast<std::int8_t>(scale > 0 ? std::lround(vector[i] / scale) : 0));
    return blob;
}

void decode(const EmbeddingSet& set, const void* blob, std::span<float> vector) {
    if (!set.int8) {
        std::memcpy(vector.data(), blob, vector.size_bytes());
        return;
    }
    float scale = 0;
    std::memcpy(&scale, blob, kScaleBytes);
    const auto* values = static_cast<const std::int8_t*>(blob) + kScaleBytes;
    for (std::size_t i = 0; i < vector.size(); ++i)
        vector[i] = scale * static_cast<float>(values[i]);
}

} // namespace

std::string vectorTable(std::int64_t set) { return fmt::format("vectors_{}", set); }

void copyVectors(Connection& connection, std::int64_t from, std::int64_t to) {
    auto sets = connection.prepared("SELECT id FROM embedding_sets");
    std::vector<std::int64_t> ids;
    while (sets.step())
        ids.push_back(sets.integer(0));
    for (const std::int64_t set : ids)
        connection.prepared(fmt::format("INSERT INTO {0}(chunk, vector) SELECT ?, vector FROM {0} WHERE chunk = ?", vectorTable(set))).bind(to, from).run();
}

std::vector<EmbeddingSet> KnowledgeStore::embeddingSets() const {
    return m_impl->run([](Connection& connection) {
        auto row = connection.prepared("SELECT id, embedder, fingerprint, dimension, int8 FROM embedding_sets ORDER BY id");
        std::vector<EmbeddingSet> sets;
        while (row.step())
            sets.push_back(setOf(row));
        return sets;
    });
}

std::optional<EmbeddingSet> KnowledgeStore::activeSet() const {
    return m_impl->run([](Connection& connection) -> std::optional<EmbeddingSet> {
        auto row = connection.prepared("SELECT id, embedder, fingerprint, dimension, int8 FROM embedding_sets WHERE active");
        if (!row.step())
            return std::nullopt;
        return setOf(row);
    });
}

EmbeddingSet KnowledgeStore::addEmbeddingSet(const EmbeddingSet& set) {
    if (set.dimension < 1 || set.dimension > 1'000'000)
        throw Error(ErrorCode::InvalidArgument, fmt::format("vectors of dimension {} cannot be stored", set.dimension));
    EmbeddingSet added = set;
    transaction([&] {
        Connection& connection = m_impl->connection;
        connection.prepared("INSERT INTO embedding_sets(embedder, fingerprint, dimension, int8, active) VALUES (?, ?, ?, ?, 0)")
            .bind(set.embedder, set.fingerprint, static_cast<std::int64_t>(set.dimension), static_cast<std::int64_t>(set.int8))
            .run();
        added.id = connection.database().getLastInsertRowid();
        connection.database().exec(fmt::format("CREATE TABLE {} (chunk INTEGER PRIMARY KEY REFERENCES chunks(id) ON DELETE CASCADE, vector BLOB NOT NULL)", vectorTable(added.id)));
    });
    return added;
}

void KnowledgeStore::activate(std::int64_t set) {
    transaction([&] {
        Connection& connection = m_impl->connection;
        auto row = connection.prepared(fmt::format("SELECT count(*) FROM chunks c WHERE c.born IS NOT NULL AND c.died IS NULL AND c.enabled "
                                                   "AND NOT EXISTS (SELECT 1 FROM {} v WHERE v.chunk = c.id)", vectorTable(set)));
        row.step();
        if (const std::int64_t missing = row.integer(0); missing > 0)
            throw Error(ErrorCode::InvalidArgument, fmt::format("{} chunks have no vector in this set yet", missing), "Go on with the re-embedding first.");
        connection.prepared("UPDATE embedding_sets SET active = (id = ?)").bind(set).run();
        m_impl->advance();
    });
}

void KnowledgeStore::removeEmbeddingSet(std::int64_t set) {
    transaction([&] {
        if (const auto active = activeSet(); active && active->id == set)
            throw Error(ErrorCode::InvalidArgument, "the vectors that are searched cannot be removed", "Make another set the active one first.");
        m_impl->connection.prepared("DELETE FROM embedding_sets WHERE id = ?").bind(set).run();
        m_impl->connection.database().exec(fmt::format("DROP TABLE IF EXISTS {}", vectorTable(set)));
    });
}

std::vector<ChunkRecord> KnowledgeStore::waiting(std::int64_t set, std::int64_t limit, std::int64_t after) const {
    const std::vector<std::int64_t> ids = m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("SELECT c.id FROM chunks c WHERE c.id > ? AND c.died IS NULL AND c.enabled "
                                                   "AND NOT EXISTS (SELECT 1 FROM {} v WHERE v.chunk = c.id) ORDER BY c.id LIMIT ?", vectorTable(set)));
        row.bind(after, limit);
        std::vector<std::int64_t> found;
        while (row.step())
            found.push_back(row.integer(0));
        return found;
    });
    return chunks(ids);
}

std::int64_t KnowledgeStore::waitingCount(std::int64_t set) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("SELECT count(*) FROM chunks c WHERE c.died IS NULL AND c.enabled "
                                                   "AND NOT EXISTS (SELECT 1 FROM {} v WHERE v.chunk = c.id)", vectorTable(set)));
        row.step();
        return row.integer(0);
    });
}

std::int64_t KnowledgeStore::vectorCount(std::int64_t set) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("SELECT count(*) FROM {}", vectorTable(set)));
        row.step();
        return row.integer(0);
    });
}

void KnowledgeStore::saveVectors(const EmbeddingSet& set, std::span<const std::int64_t> ids, std::span<const float> vectors) {
    const auto dimension = static_cast<std::size_t>(set.dimension);
    if (vectors.size() != ids.size() * dimension)
        throw Error(ErrorCode::InvalidArgument, fmt::format("{} values are no {} vectors of dimension {}", vectors.size(), ids.size(), set.dimension));
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        if (!std::isfinite(vectors[i]))
            throw Error(ErrorCode::InvalidArgument, fmt::format("the vector of chunk {} has a value that is not a finite number", ids[i / dimension]),
                        "The embedder is at fault; check the model.");
    }
    transaction([&] {
        auto insert = m_impl->connection.prepared(fmt::format("INSERT OR REPLACE INTO {}(chunk, vector) VALUES (?, ?)", vectorTable(set.id)));
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const std::vector<std::byte> blob = encoded(set, vectors.subspan(i * dimension, dimension));
            insert.bind(ids[i], std::span<const std::byte>(blob)).run();
        }
    });
}

void KnowledgeStore::forEachVector(const EmbeddingSet& set, std::int64_t after, const std::function<void(std::int64_t, std::span<const float>)>& body) const {
    m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("SELECT chunk, vector FROM {} WHERE chunk > ? ORDER BY chunk", vectorTable(set.id)));
        row.bind(after);
        std::vector<float> vector(static_cast<std::size_t>(set.dimension));
        while (row.step()) {
            const SQLite::Column blob = row.column(1);
            if (static_cast<std::size_t>(blob.getBytes()) != blobBytes(set)) {
                throw Error(ErrorCode::Corrupt, fmt::format("'{}': the vector of chunk {} has {} bytes instead of {}", connection.file().string(), row.integer(0), blob.getBytes(), blobBytes(set)),
                            "Embed the knowledge base again.");
            }
            decode(set, blob.getBlob(), vector);
            body(row.integer(0), vector);
        }
    });
}

} // namespace triptych
