#include "knowledge/knowledge_store.h"

#include "base/error.h"
#include "base/files.h"
#include "knowledge/knowledge_store_impl.h"
#include "storage/schema.h"

#include <fmt/format.h>

#include <array>
#include <unordered_map>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr const char* kFileName = "kb.sqlite";
constexpr std::uintmax_t kSpareBytes = 4'000'000;

// A row is staged while `born` is null, visible from `born` on, and gone from `died` on.
// Pages of 16 kB hold ten vectors of 384 values; with 4 kB a quarter of each would be empty.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    root TEXT NOT NULL,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    language TEXT NOT NULL,
    outline TEXT NOT NULL,
    tags TEXT NOT NULL,
    text TEXT NOT NULL,
    born INTEGER,
    died INTEGER
);
CREATE UNIQUE INDEX visible_documents ON documents(name) WHERE born IS NOT NULL AND died IS NULL;
CREATE UNIQUE INDEX staged_documents ON documents(name) WHERE born IS NULL;
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    begin INTEGER NOT NULL,
    end INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    original TEXT,
    enabled INTEGER NOT NULL,
    hash TEXT NOT NULL,
    born INTEGER,
    died INTEGER
);
CREATE INDEX chunks_by_document ON chunks(document_id, ordinal);
CREATE INDEX chunks_by_hash ON chunks(hash);
CREATE TABLE failures (
    name TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    root TEXT NOT NULL,
    hash TEXT NOT NULL,
    modified INTEGER NOT NULL,
    reason TEXT NOT NULL,
    hint TEXT NOT NULL
);
CREATE TABLE roots (
    path TEXT PRIMARY KEY NOT NULL,
    is_folder INTEGER NOT NULL,
    watched INTEGER NOT NULL
);
CREATE TABLE embedding_sets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    embedder TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    dimension INTEGER NOT NULL,
    int8 INTEGER NOT NULL,
    active INTEGER NOT NULL
);
CREATE TABLE snapshots (
    name TEXT PRIMARY KEY NOT NULL,
    generation INTEGER NOT NULL,
    set_id INTEGER NOT NULL,
    created TEXT NOT NULL
);
)sql";

// What lives and what is visible can be told without reading the texts; deleted chunks are counted, because only then may an id
// come again with another vector.
constexpr const char* kVersion2 = R"sql(
CREATE INDEX chunks_life ON chunks(id, born, died, enabled);
ALTER TABLE embedding_sets ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER chunks_lost AFTER DELETE ON chunks BEGIN UPDATE embedding_sets SET lost = lost + 1; END;
)sql";

constexpr std::array<Migration, 2> kSteps = {{{1, kVersion1}, {2, kVersion2}}};

const Schema& knowledgeSchema() {
    static constexpr Schema kSchema{"a knowledge base", 0x54524b42, "Remove the knowledge base and add its documents again.", kSteps};
    return kSchema;
}

constexpr const char* kSelect = "SELECT id, name, source, root, type, title, hash, bytes, modified, characters, chunks, language, outline, tags FROM documents";

std::vector<std::string> tagsOf(const Json& value) {
    return value.is_array() ? value.get<std::vector<std::string>>() : std::vector<std::string>();
}

DocumentRecord recordOf(const Connection& connection, const Prepared& row) {
    const std::string what = fmt::format("document '{}'", row.text(1));
    DocumentRecord record;
    record.id = row.integer(0);
    record.name = row.text(1);
    record.source = row.text(2);
    record.root = row.text(3);
    record.type = row.text(4);
    record.title = row.text(5);
    record.hash = row.text(6);
    record.bytes = row.integer(7);
    record.modified = row.integer(8);
    record.characters = row.integer(9);
    record.chunks = row.integer(10);
    record.language = row.text(11);
    record.outline = connection.json(row.text(12), what);
    record.tags = tagsOf(connection.json(row.text(13), what));
    return record;
}

Error noDocument(std::string_view name) {
    return Error(ErrorCode::NotFound, fmt::format("there is no document '{}' in the knowledge base", name), "`triptych-cli kb info` lists the documents there are.");
}

std::string meta(Connection& connection, std::string_view key) {
    auto row = connection.prepared("SELECT value FROM meta WHERE key = ?");
    return row.bind(key).step() ? row.text(0) : std::string();
}

void setMeta(Connection& connection, std::string_view key, std::string_view value) {
    connection.prepared("INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value").bind(key, value).run();
}

std::int64_t count(Connection& connection, const std::string& query) {
    auto row = connection.prepared(query);
    row.step();
    return row.integer(0);
}

/// The chunks of the visible document of that name, by their text before any edit, in order: what a new version takes over.
struct Kept {
    std::int64_t id = 0;
    bool enabled = true;
    std::optional<std::string> edited;
    std::int64_t tokens = 0;
};
std::unordered_map<std::string, std::vector<Kept>> keptChunks(Connection& connection, std::string_view name) {
    std::unordered_map<std::string, std::vector<Kept>> kept;
    auto row = connection.prepared("SELECT c.id, c.enabled, c.original IS NOT NULL, c.text, coalesce(c.original, c.text), c.tokens FROM chunks c "
                                   "JOIN documents d ON d.id = c.document_id WHERE d.name = ? AND d.born IS NOT NULL AND d.died IS NULL "
                                   "AND c.died IS NULL ORDER BY c.ordinal DESC");
    row.bind(name);
    while (row.step())
        kept[row.text(4)].push_back({row.integer(0), row.integer(1) != 0, row.integer(2) ? std::optional(row.text(3)) : std::nullopt, row.integer(5)});
    return kept;
}

void dropStaged(Connection& connection, std::string_view name) {
    connection.prepared("DELETE FROM documents WHERE name = ? AND born IS NULL").bind(name).run();
}

} // namespace

std::string chunkHash(std::string_view heading, std::string_view text) {
    return sha256(fmt::format("{}\n{}", heading, text)).substr(0, 32);
}

KnowledgeStore::Impl::Impl(const fs::path& path) : folder(path), connection(path / kFileName, knowledgeSchema()) {}

Generation KnowledgeStore::Impl::generation() const {
    return run([](Connection& database) { const std::string text = meta(database, "generation"); return text.empty() ? 0 : std::stoll(text); });
}

Generation KnowledgeStore::Impl::advance() {
    const Generation next = generation() + 1;
    setMeta(connection, "generation", std::to_string(next));
    return next;
}

void KnowledgeStore::Impl::requireSpace(std::uintmax_t bytes) const {
    std::error_code error, none;
    const fs::space_info space = fs::space(folder, error);
    // What is in the side file is still to go into the database.
    const std::uintmax_t waiting = fs::file_size(connection.file().string() + "-wal", none);
    const std::uintmax_t needed = kSpareBytes + bytes + (none ? 0 : waiting);
    if (error || space.available >= needed)
        return;
    throw Error(ErrorCode::Io, fmt::format("'{}': there is not enough space on the disk: {:.1f} MB are free, {:.1f} MB are needed", connection.file().string(),
                                           static_cast<double>(space.available) / 1e6, static_cast<double>(needed) / 1e6),
                "Free some disk space and try again; what was in the knowledge base before is still there.");
}

KnowledgeStore::KnowledgeStore(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
KnowledgeStore::KnowledgeStore(KnowledgeStore&&) noexcept = default;
KnowledgeStore& KnowledgeStore::operator=(KnowledgeStore&&) noexcept = default;
KnowledgeStore::~KnowledgeStore() = default;

KnowledgeStore KnowledgeStore::create(const fs::path& folder, const Json& settings) {
    const fs::path file = fs::absolute(folder) / kFileName;
    if (!createDatabaseFile(file))
        throw Error(ErrorCode::AlreadyExists, fmt::format("there is a knowledge base in '{}' already", folder.string()), "Choose another name.");
    translated(file, [&] {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
        database.exec("PRAGMA page_size = 16384"); // only before the first table
        database.exec("VACUUM");
    });
    KnowledgeStore store = open(folder);
    store.setSettings(settings);
    return store;
}

KnowledgeStore KnowledgeStore::open(const fs::path& folder) {
    if (!exists(folder))
        throw Error(ErrorCode::NotFound, fmt::format("there is no knowledge base in '{}'", folder.string()), "Make one with `triptych-cli kb create`.");
    return KnowledgeStore(std::make_unique<Impl>(fs::absolute(folder)));
}

bool KnowledgeStore::exists(const fs::path& folder) {
    std::error_code error;
    return fs::is_regular_file(folder / kFileName, error);
}

const fs::path& KnowledgeStore::folder() const { return m_impl->folder; }

Json KnowledgeStore::settings() const {
    return m_impl->run([](Connection& connection) { return connection.json(meta(connection, "settings"), "the settings"); });
}

void KnowledgeStore::setSettings(const Json& settings) {
    m_impl->run([&](Connection& connection) { setMeta(connection, "settings", dumpJson(settings)); });
}

std::string KnowledgeStore::extra(std::string_view name) const {
    return m_impl->run([&](Connection& connection) { return meta(connection, fmt::format("extra.{}", name)); });
}

void KnowledgeStore::setExtra(std::string_view name, std::string_view bytes) {
    m_impl->run([&](Connection& connection) { setMeta(connection, fmt::format("extra.{}", name), bytes); });
}

Generation KnowledgeStore::generation() const { return m_impl->generation(); }

KnowledgeCounts KnowledgeStore::counts() const {
    KnowledgeCounts counts = m_impl->run([](Connection& connection) {
        KnowledgeCounts found;
        found.documents = count(connection, "SELECT count(*) FROM documents WHERE born IS NOT NULL AND died IS NULL");
        found.failed = count(connection, "SELECT count(*) FROM failures");
        found.dead = count(connection, "SELECT count(*) FROM chunks WHERE died IS NOT NULL");
        auto row = connection.prepared("SELECT count(*), total(enabled = 0), total(original IS NOT NULL), total(tokens) FROM chunks WHERE born IS NOT NULL AND died IS NULL");
        row.step();
        found.chunks = row.integer(0);
        found.disabled = row.integer(1);
        found.edited = row.integer(2);
        found.tokens = row.integer(3);
        return found;
    });
    if (const auto set = activeSet())
        counts.waiting = waitingCount(set->id);
    return counts;
}

std::uintmax_t KnowledgeStore::bytes() const {
    std::uintmax_t sum = 0;
    for (const char* suffix : {"", "-wal"}) {
        std::error_code error;
        if (const std::uintmax_t size = fs::file_size(m_impl->connection.file().string() + suffix, error); !error)
            sum += size;
    }
    return sum;
}

std::vector<DocumentRecord> KnowledgeStore::documents() const {
    return m_impl->run([](Connection& connection) {
        auto row = connection.prepared(fmt::format("{} WHERE born IS NOT NULL AND died IS NULL ORDER BY name", kSelect));
        std::vector<DocumentRecord> records;
        while (row.step())
            records.push_back(recordOf(connection, row));
        return records;
    });
}

std::optional<DocumentRecord> KnowledgeStore::document(std::string_view name) const {
    return m_impl->run([&](Connection& connection) -> std::optional<DocumentRecord> {
        auto row = connection.prepared(fmt::format("{} WHERE name = ? AND born IS NOT NULL AND died IS NULL", kSelect));
        if (!row.bind(name).step())
            return std::nullopt;
        return recordOf(connection, row);
    });
}

std::map<std::string, std::int64_t> KnowledgeStore::documentIds() const {
    return m_impl->run([](Connection& connection) {
        auto row = connection.prepared("SELECT name, id FROM documents WHERE born IS NOT NULL AND died IS NULL"); // the index has both
        std::map<std::string, std::int64_t> ids;
        while (row.step())
            ids.emplace(row.text(0), row.integer(1));
        return ids;
    });
}

std::vector<std::string> KnowledgeStore::documentNamesOf(std::string_view root) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT DISTINCT name FROM documents WHERE root = ? AND died IS NULL ORDER BY name");
        row.bind(root);
        std::vector<std::string> names;
        while (row.step())
            names.push_back(row.text(0));
        return names;
    });
}

std::string KnowledgeStore::documentText(std::int64_t id) const {
    return m_impl->run([&](Connection& connection) {
        auto row = connection.prepared("SELECT text FROM documents WHERE id = ?");
        if (!row.bind(id).step())
            throw Error(ErrorCode::NotFound, fmt::format("document {} is not in the knowledge base any more", id), "Search again.");
        return row.text(0);
    });
}

void KnowledgeStore::stage(const NewDocument& document, std::span<const NewChunk> chunks) {
    const DocumentRecord& record = document.record;
    m_impl->requireSpace(4 * document.text.size());
    transaction([&] {
        Connection& connection = m_impl->connection;
        dropStaged(connection, record.name);
        forgetFailure(record.name);
        auto kept = keptChunks(connection, record.name);
        connection
            .prepared("INSERT INTO documents(name, source, root, type, title, hash, bytes, modified, characters, chunks, language, outline, tags, text) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(record.name, record.source, record.root, record.type, record.title, record.hash, record.bytes, record.modified,
                  record.characters, static_cast<std::int64_t>(chunks.size()), record.language, dumpJson(record.outline),
                  dumpJson(Json(record.tags)), document.text)
            .run();
        const std::int64_t id = connection.database().getLastInsertRowid();
        const std::vector<EmbeddingSet> sets = embeddingSets();
        for (std::size_t ordinal = 0; ordinal < chunks.size(); ++ordinal) {
            const NewChunk& chunk = chunks[ordinal];
            std::string text = chunk.text;
            std::int64_t tokens = chunk.tokens;
            bool enabled = true, edited = false;
            if (auto found = kept.find(chunk.text); found != kept.end() && !found->second.empty()) {
                const Kept& old = found->second.back();
                enabled = old.enabled;
                if (old.edited) {
                    text = *old.edited;
                    tokens = old.tokens;
                    edited = true;
                }
                found->second.pop_back();
            }
            const std::string hash = chunkHash(chunk.heading, text);
            auto insert = connection.prepared("INSERT INTO chunks(document_id, ordinal, begin, end, tokens, heading, text, original, enabled, hash) "
                                              "VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ?), ?, ?)");
            // An edit that gives the text itself is none.
            insert.bind(id, static_cast<std::int64_t>(ordinal), chunk.begin, chunk.end, tokens, chunk.heading, text, edited ? chunk.text : text, text,
                        static_cast<std::int64_t>(enabled), hash)
                .run();
            const std::int64_t chunkId = connection.database().getLastInsertRowid();
            for (const EmbeddingSet& set : sets) {
                connection
                    .prepared(fmt::format("INSERT INTO {0}(chunk, vector) SELECT ?, v.vector FROM chunks c JOIN {0} v ON v.chunk = c.id WHERE c.hash = ? LIMIT 1",
                                          vectorTable(set.id)))
                    .bind(chunkId, hash)
                    .run();
            }
        }
    });
}

std::vector<std::string> KnowledgeStore::publish() {
    std::vector<std::pair<std::int64_t, std::string>> ready;
    const auto set = activeSet();
    m_impl->run([&](Connection& connection) {
        const std::string waits = set ? fmt::format(" AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.document_id = d.id AND c.enabled "
                                                    "AND NOT EXISTS (SELECT 1 FROM {} v WHERE v.chunk = c.id))", vectorTable(set->id))
                                      : std::string();
        auto row = connection.prepared(fmt::format("SELECT d.id, d.name FROM documents d WHERE d.born IS NULL{} ORDER BY d.id", waits));
        while (row.step())
            ready.emplace_back(row.integer(0), row.text(1));
    });
    std::vector<std::string> names;
    for (const auto& [id, name] : ready) {
        transaction([&] {
            Connection& connection = m_impl->connection;
            const Generation now = m_impl->advance();
            connection
                .prepared("UPDATE chunks SET died = ? WHERE died IS NULL AND document_id IN "
                          "(SELECT id FROM documents WHERE name = ? AND born IS NOT NULL AND died IS NULL)")
                .bind(now, name)
                .run();
            connection.prepared("UPDATE documents SET died = ? WHERE name = ? AND born IS NOT NULL AND died IS NULL").bind(now, name).run();
            connection.prepared("UPDATE documents SET born = ? WHERE id = ?").bind(now, id).run();
            connection.prepared("UPDATE chunks SET born = ? WHERE document_id = ?").bind(now, id).run();
        });
        names.push_back(name);
    }
    return names;
}

std::optional<std::string> KnowledgeStore::stagedHash(std::string_view name) const {
    return m_impl->run([&](Connection& connection) -> std::optional<std::string> {
        auto row = connection.prepared("SELECT hash FROM documents WHERE name = ? AND born IS NULL");
        if (!row.bind(name).step())
            return std::nullopt;
        return row.text(0);
    });
}

void KnowledgeStore::removeDocument(std::string_view name) {
    transaction([&] {
        Connection& connection = m_impl->connection;
        const bool staged = stagedHash(name).has_value();
        const auto visible = document(name);
        if (!staged && !visible)
            throw noDocument(name);
        dropStaged(connection, name);
        if (!visible)
            return;
        const Generation now = m_impl->advance();
        connection.prepared("UPDATE chunks SET died = ? WHERE died IS NULL AND document_id = ?").bind(now, visible->id).run();
        connection.prepared("UPDATE documents SET died = ? WHERE id = ?").bind(now, visible->id).run();
    });
}

void KnowledgeStore::setTags(std::string_view name, std::span<const std::string> tags) {
    transaction([&] {
        const auto record = document(name);
        if (!record)
            throw noDocument(name);
        const Json list = std::vector<std::string>(tags.begin(), tags.end());
        m_impl->connection.prepared("UPDATE documents SET tags = ? WHERE id = ?").bind(dumpJson(list), record->id).run();
    });
}

void KnowledgeStore::touch(std::int64_t documentId, std::int64_t bytes, std::int64_t modified) {
    m_impl->run([&](Connection& connection) {
        connection.prepared("UPDATE documents SET bytes = ?, modified = ? WHERE id = ?").bind(bytes, modified, documentId).run();
    });
}

void KnowledgeStore::saveFailure(const FailedDocument& failure) {
    m_impl->run([&](Connection& connection) {
        connection.prepared("INSERT OR REPLACE INTO failures(name, source, root, hash, modified, reason, hint) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(failure.name, failure.source, failure.root, failure.hash, failure.modified, failure.reason, failure.hint)
            .run();
    });
}

std::vector<FailedDocument> KnowledgeStore::failures() const {
    return m_impl->run([](Connection& connection) {
        auto row = connection.prepared("SELECT name, source, root, hash, reason, hint, modified FROM failures ORDER BY name");
        std::vector<FailedDocument> failures;
        while (row.step())
            failures.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.integer(6)});
        return failures;
    });
}

void KnowledgeStore::forgetFailure(std::string_view name) {
    m_impl->run([&](Connection& connection) { connection.prepared("DELETE FROM failures WHERE name = ?").bind(name).run(); });
}

std::vector<KnowledgeRoot> KnowledgeStore::roots() const {
    return m_impl->run([](Connection& connection) {
        auto row = connection.prepared("SELECT path, is_folder, watched FROM roots ORDER BY path");
        std::vector<KnowledgeRoot> roots;
        while (row.step())
            roots.push_back({row.text(0), row.integer(1) != 0, row.integer(2) != 0});
        return roots;
    });
}

void KnowledgeStore::saveRoot(const KnowledgeRoot& root) {
    m_impl->run([&](Connection& connection) {
        connection.prepared("INSERT OR REPLACE INTO roots(path, is_folder, watched) VALUES (?, ?, ?)")
            .bind(root.path, static_cast<std::int64_t>(root.is_folder), static_cast<std::int64_t>(root.watched))
            .run();
    });
}

void KnowledgeStore::removeRoot(std::string_view path) {
    m_impl->run([&](Connection& connection) { connection.prepared("DELETE FROM roots WHERE path = ?").bind(path).run(); });
}

void KnowledgeStore::transaction(const std::function<void()>& body) { m_impl->connection.transaction(body); }

} // namespace triptych
