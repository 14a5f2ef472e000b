#include "storage/schema.h"

#include "base/error.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <array>
#include <sys/stat.h>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

// JSON columns hold what the program only passes through; whatever is searched or counted has its own column.
// Runs and decisions name their data set without a foreign key: they outlive it.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE datasets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    task TEXT NOT NULL,
    hash TEXT NOT NULL,
    created TEXT NOT NULL,
    rows INTEGER NOT NULL,
    splits TEXT NOT NULL,
    labels TEXT NOT NULL,
    source TEXT NOT NULL
);
CREATE TABLE examples (
    id INTEGER PRIMARY KEY,
    dataset_id INTEGER NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
    split TEXT NOT NULL CHECK (split IN ('train', 'dev', 'test')),
    label TEXT NOT NULL,
    text TEXT NOT NULL,
    line INTEGER NOT NULL
);
CREATE INDEX examples_by_split ON examples(dataset_id, split);
CREATE INDEX examples_by_dataset ON examples(dataset_id);
CREATE TABLE models (
    name TEXT PRIMARY KEY NOT NULL,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    run TEXT NOT NULL,
    created TEXT NOT NULL
);
CREATE TABLE runs (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    method TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    dataset TEXT NOT NULL,
    created TEXT NOT NULL,
    spec TEXT NOT NULL,
    result TEXT NOT NULL,
    last_event INTEGER NOT NULL
);
CREATE TABLE metrics (
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    step INTEGER NOT NULL,
    value REAL,
    wall_time REAL,
    PRIMARY KEY (run_id, name, step)
) WITHOUT ROWID;
CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset TEXT NOT NULL,
    created TEXT NOT NULL,
    answers TEXT NOT NULL,
    decision TEXT NOT NULL
);
CREATE INDEX decisions_by_dataset ON decisions(dataset);
CREATE TABLE settings (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);
)sql";

constexpr std::array<Migration, 1> kMigrations = {{{1, kVersion1}}};

int versionOf(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

/// Under the database's write lock, so that one process at a time does it. A copy that is there stays, under another name.
void copyBeside(const fs::path& file, const fs::path& target) {
    const fs::path temporary = fmt::format("{}.{}.part", target.string(), ::getpid());
    std::error_code error;
    fs::remove(temporary, error);
    {
        // A connection of its own: SQLite copies nothing through one that is about to write.
        SQLite::Database source(file.string(), SQLite::OPEN_READWRITE);
        SQLite::Database copy(temporary.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        SQLite::Backup(copy, source).executeStep(-1);
        copy.exec("PRAGMA journal_mode = DELETE");
    }
    ::chmod(temporary.c_str(), 0600);
    fs::path kept = target;
    for (int number = 2; fs::exists(kept, error); ++number)
        kept = target.parent_path() / fmt::format("{}.{}{}", target.stem().string(), number, target.extension().string());
    error.clear();
    if (kept != target)
        fs::rename(target, kept, error);
    if (!error)
        fs::rename(temporary, target, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot write '{}': {}", target.string(), error.message()), "Make room on the disk, or check the permissions of the folder.");
}

} // namespace

const Schema& workspaceSchema() {
    static constexpr Schema kSchema{"a workspace", 0x54525054, "Run `triptych-cli workspace repair`; it keeps the broken file beside.", kMigrations};
    return kSchema;
}

fs::path migrationCopy(const fs::path& file, int version) {
    return file.parent_path() / fmt::format("{}.v{}{}", file.stem().string(), version, file.extension().string());
}

void migrate(SQLite::Database& database, const fs::path& file, const Schema& schema) {
    const int newest = schema.steps.back().version;
    const int found = versionOf(database);
    if (found > newest) {
        throw Error(ErrorCode::Unsupported,
                    fmt::format("'{}' was written by a newer version of Triptych (schema {}, this program knows {})", file.string(), found, newest),
                    "Open it with that version.");
    }
    if (found == newest)
        return;
    // Steps may rebuild tables that others refer to; the check before the commit makes up for it.
    database.exec("PRAGMA foreign_keys = OFF");
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    const int current = versionOf(database); // another process may have been faster; from here on none can be
    if (current > 0 && current < newest)
        copyBeside(file, migrationCopy(file, current));
    for (const Migration& step : schema.steps) {
        if (step.version > current) {
            database.exec(step.sql);
            database.exec(fmt::format("PRAGMA user_version = {}", step.version));
        }
    }
    database.exec(fmt::format("PRAGMA application_id = {}", schema.application_id));
    if (SQLite::Statement check(database, "PRAGMA foreign_key_check"); check.executeStep())
        throw Error(ErrorCode::Corrupt, fmt::format("'{}' cannot be brought to schema {}: a row of '{}' refers to nothing", file.string(), newest, check.getColumn(0).getString()));
    transaction.commit();
    database.exec("PRAGMA foreign_keys = ON");
}

} // namespace triptych
