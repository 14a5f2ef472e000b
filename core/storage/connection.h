#pragma once

#include "base/json.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace triptych {

/// Throws the Error that an SQLite exception stands for, naming `file`.
[[noreturn]] void throwStorageError(const SQLite::Exception& exception, const std::filesystem::path& file);

/// Runs `body`; SQLite's exceptions leave as Error.
template <typename Body>
auto translated(const std::filesystem::path& file, Body&& body) -> decltype(body()) {
    try {
        return body();
    } catch (const SQLite::Exception& exception) {
        throwStorageError(exception, file);
    }
}

/// A prepared statement on loan: reset when it goes out of scope, so that no read transaction stays open.
class Prepared {
public:
    explicit Prepared(SQLite::Statement& statement) : m_statement(&statement) {}
    Prepared(Prepared&& other) noexcept : m_statement(std::exchange(other.m_statement, nullptr)) {}
    Prepared& operator=(Prepared&&) = delete;
    ~Prepared() {
        if (m_statement)
            m_statement->tryReset();
    }

    /// Binds in order, from the first parameter on.
    template <typename... Values>
    Prepared& bind(const Values&... values) {
        m_statement->clearBindings();
        int index = 0;
        (bindOne(++index, values), ...);
        return *this;
    }
    bool step() { return m_statement->executeStep(); }
    /// For statements without rows; ready for the next bind().
    void run() {
        m_statement->exec();
        m_statement->reset();
    }
    std::string text(int column) const { return m_statement->getColumn(column).getString(); }
    std::int64_t integer(int column) const { return m_statement->getColumn(column).getInt64(); }
    SQLite::Column column(int column) const { return m_statement->getColumn(column); }

private:
    void bindOne(int index, std::string_view value) {
        // The length is given: texts may hold any byte.
        m_statement->bind(index, std::string(value));
    }
    void bindOne(int index, std::int64_t value) { m_statement->bind(index, value); }
    void bindOne(int index, double value) { m_statement->bind(index, value); }
    void bindOne(int index, std::span<const std::byte> value) { m_statement->bind(index, value.data(), static_cast<int>(value.size())); }

    SQLite::Statement* m_statement;
};

struct Schema;

/// Makes the folder and, in it, the empty file of a database that only its owner may read: texts may be private, and SQLite
/// gives its side files the same permissions. False if there is a file already. Throws Error{Io}.
bool createDatabaseFile(const std::filesystem::path& file);

/// One connection to a database of ours: WAL, foreign keys, busy timeout, statements prepared once.
class Connection {
public:
    /// Brings the file, which must exist, up to date. Throws Error{Unsupported | Corrupt | InvalidInput | Io | Busy}.
    Connection(const std::filesystem::path& file, const Schema& schema);

    const std::filesystem::path& file() const { return m_file; }
    SQLite::Database& database() { return m_database; }
    Prepared prepared(const std::string& sql);
    /// Takes the write lock at once (IMMEDIATE); inside another transaction a savepoint. An exception rolls back.
    void transaction(const std::function<void()>& body);
    /// JSON of a column. Throws Error{Corrupt} naming `what`.
    Json json(const std::string& text, std::string_view what) const;

private:
    std::filesystem::path m_file;
    const Schema& m_schema;
    SQLite::Database m_database;
    std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> m_statements;
    int m_depth = 0;
};

} // namespace triptych
