#pragma once

#include "knowledge/knowledge_store.h"
#include "storage/connection.h"

#include <string>

namespace triptych {

struct KnowledgeStore::Impl {
    std::filesystem::path folder;
    mutable Connection connection;

    explicit Impl(const std::filesystem::path& path);
    /// All storage work goes through here, so that SQLite's exceptions never leave.
    template <typename Body>
    auto run(Body&& body) const -> decltype(body(connection)) {
        return translated(connection.file(), [&]() -> decltype(body(connection)) { return body(connection); });
    }
    Generation generation() const;
    /// The next one, stored. Within a transaction.
    Generation advance();
    /// To be called before so many bytes are written: on a disk that is full to the last byte SQLite cannot even read, because it
    /// needs a small file beside the database. Throws Error{Io}.
    void requireSpace(std::uintmax_t bytes) const;
};

/// The table of a set's vectors: one each, so that dropping a set is quick and a scan reads nothing else.
std::string vectorTable(std::int64_t set);

/// Copies a chunk's vector to another in every set that has it.
void copyVectors(Connection& connection, std::int64_t from, std::int64_t to);

/// What tells equal texts: 128 bits of SHA-256 over heading and text, hexadecimal.
std::string chunkHash(std::string_view heading, std::string_view text);

} // namespace triptych
