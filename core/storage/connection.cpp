#include "storage/connection.h"

#include "storage/schema.h"

#include "base/error.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr int kBusyTimeoutMs = 10'000;
/// A quick check reads the whole file: 64 MB take some 0.1 s, and more has `workspace check`.
constexpr std::uintmax_t kCheckedOnOpenBytes = 64u << 20;

void requireOurs(SQLite::Database& database, const fs::path& file, const Schema& schema) {
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    const int application = database.execAndGet("PRAGMA application_id").getInt();
    const int tables = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
    const bool isNew = version == 0 && application == 0 && tables == 0;
    if (!isNew && application != schema.application_id) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is an SQLite database, but not {} of Triptych", file.string(), schema.noun),
                    "Choose another folder.");
    }
}

} // namespace

void throwStorageError(const SQLite::Exception& exception, const fs::path& file) {
    const std::string what = fmt::format("'{}': {}", file.string(), exception.what());
    switch (exception.getErrorCode() & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        throw Error(ErrorCode::Busy, fmt::format("{} (another process is writing)", what), "Try again when it has finished.");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        throw Error(ErrorCode::Corrupt, what, "Run `triptych-cli workspace repair`; it keeps the broken file beside.");
    case SQLITE_FULL:
        throw Error(ErrorCode::Io, what, "Free some disk space and try again.");
    case SQLITE_NOMEM:
        throw Error(ErrorCode::OutOfMemory, what);
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_AUTH:
        throw Error(ErrorCode::Io, what, "Check the permissions of the workspace folder.");
    case SQLITE_CONSTRAINT:
        throw Error(ErrorCode::InvalidArgument, what);
    default:
        throw Error(ErrorCode::Internal, what);
    }
}

bool createDatabaseFile(const fs::path& file) {
    const fs::path folder = file.parent_path();
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}': {}", folder.string(), error.message()), "Check the path and its permissions.");
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return false;
    if (fd < 0)
        throw Error(ErrorCode::Io, fmt::format("cannot make '{}': {}", file.string(), std::strerror(errno)), "Check the permissions of the folder.");
    ::close(fd);
    return true;
}

Connection::Connection(const fs::path& file, const Schema& schema)
    : m_file(file)
    , m_schema(schema)
    , m_database(translated(file, [&] { return SQLite::Database(file.string(), SQLite::OPEN_READWRITE, kBusyTimeoutMs); })) {
    translated(file, [&] {
        requireOurs(m_database, file, schema);
        m_database.exec("PRAGMA journal_mode = WAL");
        // In WAL mode a killed process loses nothing with NORMAL; a power cut may take the last commits back,
        // but never tears the file.
        m_database.exec("PRAGMA synchronous = NORMAL");
        m_database.exec("PRAGMA foreign_keys = ON");
        std::error_code ignored;
        if (fs::file_size(file, ignored) <= kCheckedOnOpenBytes) {
            const std::string verdict = m_database.execAndGet("PRAGMA quick_check(1)").getString();
            if (verdict != "ok")
                throw Error(ErrorCode::Corrupt, fmt::format("'{}' is damaged: {}", file.string(), verdict), std::string(schema.if_corrupt));
        }
        migrate(m_database, file, schema);
    });
}

Prepared Connection::prepared(const std::string& sql) {
    auto& statement = m_statements[sql];
    if (!statement)
        statement = std::make_unique<SQLite::Statement>(m_database, sql);
    return Prepared(*statement);
}

void Connection::transaction(const std::function<void()>& body) {
    translated(m_file, [&] {
        const bool outer = m_depth == 0;
        m_database.exec(outer ? "BEGIN IMMEDIATE" : "SAVEPOINT nested");
        ++m_depth;
        try {
            body();
            m_database.exec(outer ? "COMMIT" : "RELEASE nested");
            --m_depth;
        } catch (...) {
            --m_depth;
            // SQLite has rolled back by itself after some errors; then there is nothing left to undo.
            m_database.tryExec(outer ? "ROLLBACK" : "ROLLBACK TO nested; RELEASE nested");
            throw;
        }
    });
}

Json Connection::json(const std::string& text, std::string_view what) const {
    try {
        return parseJson(text, what);
    } catch (const Error&) {
        throw Error(ErrorCode::Corrupt, fmt::format("'{}': {} does not hold JSON", m_file.string(), what), std::string(m_schema.if_corrupt));
    }
}

} // namespace triptych
