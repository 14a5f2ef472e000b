#include "base/error.h"
#include "base/wall_clock.h"
#include "knowledge/knowledge_store_impl.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace triptych {

namespace {

constexpr const char* kSelect = "SELECT c.id, c.document_id, d.name, c.ordinal, c.begin, c.end, c.tokens, c.heading, c.text, c.original IS NOT NULL, c.enabled "
                                "FROM chunks c JOIN documents d ON d.id = c.document_id";

ChunkRecord recordOf(const Prepared& row) {
    return {row.integer(0), row.integer(1), row.text(2), row.integer(3), row.integer(4), row.integer(5),
            row.integer(6), row.text(7), row.text(8), row.integer(9) != 0, row.integer(10) != 0};
}

Error noChunk(std::int64_t id) {
    return Error(ErrorCode::NotFound, fmt::format("chunk {} is not in the knowledge base any more", id), "Search again.");
}

Error noSnapshot(std::string_view name) {
    return Error(ErrorCode::NotFound, fmt::format("there is no snapshot '{}' of this knowledge base", name), "`triptych-cli kb info` lists the snapshots there are.");
}

/// The chunk once more, born now, in its own or another document; its vectors stay behind.
std::int64_t copyChunk(Connection& connection, std::int64_t id, std::int64_t document, Generation now) {
    connection
        .prepared("INSERT INTO chunks(document_id, ordinal, begin, end, tokens, heading, text, original, enabled, hash, born) "
                  "SELECT ?, ordinal, begin, end, tokens, heading, text, original, enabled, hash, ? FROM chunks WHERE id = ?")
        .bind(document, now, id)
        .run();
    return connection.database().getLastInsertRowid();
}

std::int64_t documentOf(Connection& connection, std::int64_t chunk) {
    auto row = connection.prepared("SELECT document_id FROM chunks WHERE id = ?");
    if (!row.bind(chunk).step())
        throw noChunk(chunk);
    return row.integer(0);
}

/// Puts a chunk in the place of a visible one of the same document.
std::int64_t replaceChunk(Connection& connection, std::int64_t id, Generation now) {
    const std::int64_t copy = copyChunk(connection, id, documentOf(connection, id), now);
    connection.prepared("UPDATE chunks SET died = ? WHERE id = ?").bind(now, id).run();
    return copy;
}

void requireVisible(Connection& connection, std::int64_t id) {
    if (!connection.prepared("SELECT 1 FROM chunks WHERE id = ? AND born IS NOT NULL AND died IS NULL").bind(id).step())
        throw noChunk(id);
}

std::vector<std::int64_t> idsOf(Prepared& row) {
    std::vector<std::int64_t> ids;
    while (row.step())
        ids.push_back(row.integer(0));
    return ids;
}

} // namespace

std::vector<ChunkRecord> KnowledgeStore::chunksOf(std::int64_t documentId) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared(fmt::format("{} WHERE c.document_id = ? AND c.died IS NULL ORDER BY c.ordinal", kSelect));
        row.bind(documentId);
        std::vector<ChunkRecord> records;
        while (row.step())
            records.push_back(recordOf(row));
        return records;
    });
}

std::vector<ChunkRecord> KnowledgeStore::chunks(std::span<const std::int64_t> ids) const {
    return m_impl->run([&](Connection& connection) {
        const std::string select = fmt::format("{} WHERE c.id = ?", kSelect);
        std::vector<ChunkRecord> records;
        for (const std::int64_t id : ids) {
            auto row = connection.prepared(select);
            if (!row.bind(id).step())
                throw noChunk(id);
            records.push_back(recordOf(row));
        }
        return records;
    });
}

bool KnowledgeStore::hasChunks() const {
    return m_impl->run([](Connection& connection) { return connection.prepared("SELECT 1 FROM chunks LIMIT 1").step(); });
}

std::string KnowledgeStore::originalText(std::int64_t chunk) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT coalesce(original, text) FROM chunks WHERE id = ?");
        if (!row.bind(chunk).step())
            throw noChunk(chunk);
        return row.text(0);
    });
}

std::vector<std::int64_t> KnowledgeStore::visibleChunks() const {
    return m_impl->run([](Connection& connection) {
        auto row = connection.prepared("SELECT id FROM chunks INDEXED BY chunks_life WHERE born IS NOT NULL AND died IS NULL AND enabled ORDER BY id");
        return idsOf(row);
    });
}

std::vector<std::int64_t> KnowledgeStore::visibleChunksAt(Generation generation) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT id FROM chunks INDEXED BY chunks_life WHERE born <= ?1 AND (died IS NULL OR died > ?1) AND enabled ORDER BY id");
        row.bind(generation);
        return idsOf(row);
    });
}

std::vector<std::int64_t> KnowledgeStore::visibleChunks(std::string_view documentPrefix, std::string_view type, std::string_view tag,
                                                        std::int64_t modifiedSince) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id "
                                       "WHERE c.born IS NOT NULL AND c.died IS NULL AND c.enabled "
                                       "AND (?1 = '' OR substr(d.name, 1, length(?1)) = ?1) AND (?2 = '' OR d.type = ?2) "
                                       "AND (?3 = '' OR EXISTS (SELECT 1 FROM json_each(d.tags) WHERE value = ?3)) AND d.modified >= ?4 ORDER BY c.id");
        row.bind(documentPrefix, type, tag, modifiedSince);
        return idsOf(row);
    });
}

std::vector<ChunkSize> KnowledgeStore::chunkSizes() const {
    return m_impl->run([](Connection& connection) {
        auto row = connection.prepared("SELECT document_id, ordinal, tokens FROM chunks WHERE born IS NOT NULL AND died IS NULL ORDER BY document_id, ordinal");
        std::vector<ChunkSize> sizes;
        while (row.step())
            sizes.push_back({row.integer(0), row.integer(1), row.integer(2)});
        return sizes;
    });
}

void KnowledgeStore::forEachChunk(std::int64_t after, const std::function<void(std::int64_t, std::string_view, std::string_view)>& body) const {
    m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT c.id, c.text, d.language FROM chunks c JOIN documents d ON d.id = c.document_id WHERE c.id > ? ORDER BY c.id");
        row.bind(after);
        while (row.step())
            body(row.integer(0), row.text(1), row.text(2));
    });
}

std::int64_t KnowledgeStore::editChunk(std::int64_t id, std::string_view text, std::int64_t tokens, std::span<const float> vector) {
    if (text.empty())
        throw Error(ErrorCode::InvalidArgument, "a chunk without text cannot be found", "Switch the chunk off instead.");
    const auto set = activeSet();
    if (set.has_value() == vector.empty())
        throw Error(ErrorCode::InvalidArgument, set ? "an edited chunk wants a vector of the active set" : "there are no vectors in this knowledge base");
    std::int64_t copy = 0;
    transaction([&] {
        Connection& connection = m_impl->connection;
        requireVisible(connection, id);
        copy = replaceChunk(connection, id, m_impl->advance());
        connection
            .prepared("UPDATE chunks SET original = nullif(coalesce(original, text), ?1), text = ?1, tokens = ?2, hash = ?3 WHERE id = ?4")
            .bind(text, tokens, chunkHash(chunks(std::array{id}).front().heading, text), copy)
            .run();
        if (set)
            saveVectors(*set, std::array{copy}, vector);
    });
    return copy;
}

std::int64_t KnowledgeStore::setChunkEnabled(std::int64_t id, bool enabled) {
    std::int64_t copy = 0;
    transaction([&] {
        Connection& connection = m_impl->connection;
        requireVisible(connection, id);
        copy = replaceChunk(connection, id, m_impl->advance());
        connection.prepared("UPDATE chunks SET enabled = ? WHERE id = ?").bind(static_cast<std::int64_t>(enabled), copy).run();
        copyVectors(connection, id, copy);
    });
    return copy;
}

Snapshot KnowledgeStore::saveSnapshot(std::string_view name) {
    if (name.empty())
        throw Error(ErrorCode::InvalidArgument, "a snapshot wants a name");
    const auto set = activeSet();
    const Snapshot snapshot{std::string(name), generation(), set ? set->id : 0, isoTimeUtc()};
    transaction([&] {
        Connection& connection = m_impl->connection;
        if (connection.prepared("SELECT 1 FROM snapshots WHERE name = ?").bind(name).step())
            throw Error(ErrorCode::AlreadyExists, fmt::format("there is a snapshot '{}' already", name), "Choose another name, or remove that one.");
        connection.prepared("INSERT INTO snapshots(name, generation, set_id, created) VALUES (?, ?, ?, ?)")
            .bind(snapshot.name, snapshot.generation, snapshot.set, snapshot.created)
            .run();
    });
    return snapshot;
}

std::vector<Snapshot> KnowledgeStore::snapshots() const {
    return m_impl->run([](Connection& connection) {
        auto row = connection.prepared("SELECT name, generation, set_id, created FROM snapshots ORDER BY generation, name");
        std::vector<Snapshot> snapshots;
        while (row.step())
            snapshots.push_back({row.text(0), row.integer(1), row.integer(2), row.text(3)});
        return snapshots;
    });
}

void KnowledgeStore::removeSnapshot(std::string_view name) {
    m_impl->run([&](Connection& connection) {
        connection.prepared("DELETE FROM snapshots WHERE name = ?").bind(name).run();
        if (connection.database().getChanges() == 0)
            throw noSnapshot(name);
    });
}

void KnowledgeStore::rollback(std::string_view name) {
    const std::vector<Snapshot> all = snapshots();
    const auto snapshot = std::find_if(all.begin(), all.end(), [&](const Snapshot& one) { return one.name == name; });
    if (snapshot == all.end())
        throw noSnapshot(name);
    const Generation then = snapshot->generation;
    transaction([&] {
        Connection& connection = m_impl->connection;
        const Generation now = m_impl->advance();
        connection.prepared("DELETE FROM documents WHERE born IS NULL").run();
        connection.prepared("UPDATE embedding_sets SET active = (id = ?1) WHERE EXISTS (SELECT 1 FROM embedding_sets WHERE id = ?1)").bind(snapshot->set).run();
        if (const auto set = activeSet()) {
            Json changed = settings();
            changed["embedder"] = set->embedder;
            setSettings(changed);
        }
        // What came since then dies; what went since then comes again as copies, because rows that other snapshots see
        // between then and now must stay as they are.
        auto gone = connection.prepared("SELECT id FROM documents WHERE born <= ? AND died > ? ORDER BY id");
        const std::vector<std::int64_t> documents = idsOf(gone.bind(then, then));
        auto goneChunks = connection.prepared("SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id WHERE c.born <= ? AND c.died > ? AND d.died IS NULL ORDER BY c.id");
        const std::vector<std::int64_t> edited = idsOf(goneChunks.bind(then, then));
        connection.prepared("UPDATE documents SET died = ? WHERE died IS NULL AND born > ?").bind(now, then).run();
        connection.prepared("UPDATE chunks SET died = ? WHERE died IS NULL AND born > ?").bind(now, then).run();
        const auto revive = [&](std::int64_t chunk, std::int64_t document) { copyVectors(connection, chunk, copyChunk(connection, chunk, document, now)); };
        for (const std::int64_t document : documents) {
            connection
                .prepared("INSERT INTO documents(name, source, root, type, title, hash, bytes, modified, characters, chunks, language, outline, tags, text, born) "
                          "SELECT name, source, root, type, title, hash, bytes, modified, characters, chunks, language, outline, tags, text, ? FROM documents WHERE id = ?")
                .bind(now, document)
                .run();
            const std::int64_t copy = connection.database().getLastInsertRowid();
            auto row = connection.prepared("SELECT id FROM chunks WHERE document_id = ? AND born <= ? AND (died IS NULL OR died > ?) ORDER BY ordinal");
            for (const std::int64_t chunk : idsOf(row.bind(document, then, then)))
                revive(chunk, copy);
        }
        for (const std::int64_t chunk : edited)
            revive(chunk, documentOf(connection, chunk));
    });
}

std::int64_t KnowledgeStore::purge() {
    std::int64_t removed = 0;
    transaction([&] {
        Connection& connection = m_impl->connection;
        m_impl->advance();
        constexpr const char* kUnseen = "died IS NOT NULL AND NOT EXISTS (SELECT 1 FROM snapshots s WHERE born <= s.generation AND died > s.generation)";
        connection.prepared(fmt::format("DELETE FROM chunks WHERE {}", kUnseen)).run();
        removed = connection.database().getChanges();
        connection.prepared(fmt::format("DELETE FROM documents WHERE {}", kUnseen)).run();
    });
    return removed;
}

std::vector<std::string> KnowledgeStore::check() const {
    std::vector<std::string> problems;
    m_impl->run([&](Connection& connection) {
        const auto complain = [&](const std::string& query, std::string_view sentence) {
            auto row = connection.prepared(query);
            while (row.step())
                problems.push_back(fmt::format(fmt::runtime(sentence), row.text(0)));
        };
        complain("SELECT integrity_check FROM pragma_integrity_check(100) WHERE integrity_check <> 'ok'", "the database file: {}");
        complain("SELECT \"table\" FROM pragma_foreign_key_check LIMIT 100", "a row of '{}' refers to nothing");
        complain("SELECT name FROM documents d WHERE died IS NULL AND chunks <> (SELECT count(*) FROM chunks c WHERE c.document_id = d.id AND c.died IS NULL)",
                 "the document '{}' lacks chunks");
        complain("SELECT d.name FROM chunks c JOIN documents d ON d.id = c.document_id WHERE c.died IS NULL AND "
                 "(c.begin < 0 OR c.end < c.begin OR c.end > d.characters) GROUP BY d.id",
                 "a chunk of '{}' lies outside its text");
    });
    return problems;
}

} // namespace triptych
