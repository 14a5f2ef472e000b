#include "base/error.h"
#include "knowledge/knowledge_store_impl.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace triptych {

namespace {

EmbeddingSet setOf(const Prepared& row) {
    return {row.integer(0), row.text(1), row.text(2), static_cast<int>(row.integer(3)), row.integer(4) != 0};
}

/// Living chunks without a vector, ascending: both lists come in that order, each out of an index that holds nothing else.
std::vector<std::int64_t> waitingIds(Connection& connection, std::int64_t set, std::int64_t limit, std::int64_t after) {
    auto living = connection.prepared("SELECT id FROM chunks INDEXED BY chunks_life WHERE id > ? AND died IS NULL AND enabled ORDER BY id");
    auto embedded = connection.prepared(fmt::format("SELECT chunk FROM {} WHERE chunk > ? ORDER BY chunk", vectorTable(set)));
    living.bind(after);
    embedded.bind(after);
    std::vector<std::int64_t> found;
    bool more = embedded.step();
    while (static_cast<std::int64_t>(found.size()) < limit && living.step()) {
        const std::int64_t id = living.integer(0);
        while (more && embedded.integer(0) < id)
            more = embedded.step();
        if (!more || embedded.integer(0) != id)
            found.push_back(id);
    }
    return found;
}

/// Throws Error{Corrupt} unless it has the size of a vector of the set.
std::span<const std::byte> storedVector(const Connection& connection, const EmbeddingSet& set, std::int64_t id, const SQLite::Column& blob) {
    const std::size_t expected = vectorBytes(set.format(), static_cast<std::size_t>(set.dimension));
    if (static_cast<std::size_t>(blob.getBytes()) != expected) {
        throw Error(ErrorCode::Corrupt, fmt::format("'{}': the vector of chunk {} has {} bytes instead of {}", connection.file().string(), id, blob.getBytes(), expected),
                    "Embed the knowledge base again.");
    }
    return {static_cast<const std::byte*>(blob.getBlob()), expected};
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
        // Which chunks have a vector can be told without reading the vectors.
        connection.database().exec(fmt::format("CREATE INDEX {0}_chunks ON {0}(chunk)", vectorTable(added.id)));
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
    return chunks(m_impl->run([&](Connection& connection) { return waitingIds(connection, set, limit, after); }));
}

std::int64_t KnowledgeStore::waitingCount(std::int64_t set) const {
    return m_impl->run([&](Connection& connection) {
        return static_cast<std::int64_t>(waitingIds(connection, set, std::numeric_limits<std::int64_t>::max(), 0).size());
    });
}

bool KnowledgeStore::hasVector(std::int64_t set, std::int64_t chunk) const {
    return m_impl->run([&](Connection& connection) {
        return connection.prepared(fmt::format("SELECT 1 FROM {} WHERE chunk = ?", vectorTable(set))).bind(chunk).step();
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
    m_impl->requireSpace(2 * ids.size() * vectorBytes(set.format(), dimension));
    transaction([&] {
        auto insert = m_impl->connection.prepared(fmt::format("INSERT OR REPLACE INTO {}(chunk, vector) VALUES (?, ?)", vectorTable(set.id)));
        std::vector<std::byte> blob(vectorBytes(set.format(), dimension));
        for (std::size_t i = 0; i < ids.size(); ++i) {
            encodeVector(set.format(), vectors.subspan(i * dimension, dimension), blob.data());
            insert.bind(ids[i], std::span<const std::byte>(blob)).run();
        }
    });
}

std::vector<std::int64_t> KnowledgeStore::vectorIds(std::int64_t set, std::int64_t after) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("SELECT chunk FROM {} WHERE chunk > ? ORDER BY chunk", vectorTable(set)));
        row.bind(after);
        std::vector<std::int64_t> ids;
        while (row.step())
            ids.push_back(row.integer(0));
        return ids;
    });
}

std::int64_t KnowledgeStore::lostChunks(std::int64_t set) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT lost FROM embedding_sets WHERE id = ?");
        return row.bind(set).step() ? row.integer(0) : 0;
    });
}

void KnowledgeStore::forEachVector(const EmbeddingSet& set, std::int64_t after, const std::function<void(std::int64_t, std::span<const float>)>& body) const {
    m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("SELECT chunk, vector FROM {} WHERE chunk > ? ORDER BY chunk", vectorTable(set.id)));
        row.bind(after);
        std::vector<float> vector(static_cast<std::size_t>(set.dimension));
        while (row.step()) {
            const SQLite::Column blob = row.column(1);
            decodeVector(set.format(), storedVector(connection, set, row.integer(0), blob).data(), vector);
            body(row.integer(0), vector);
        }
    });
}

void KnowledgeStore::forEachStoredVector(const EmbeddingSet& set, std::span<const std::int64_t> ids,
                                         const std::function<void(std::int64_t, std::span<const std::byte>)>& body) const {
    m_impl->run([&](Connection& connection) {
        const std::string select = fmt::format("SELECT vector FROM {} WHERE chunk = ?", vectorTable(set.id));
        for (const std::int64_t id : ids) {
            auto row = connection.prepared(select);
            if (!row.bind(id).step())
                continue;
            const SQLite::Column blob = row.column(0);
            body(id, storedVector(connection, set, id, blob));
        }
    });
}

} // namespace triptych
