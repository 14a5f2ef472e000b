#include "storage/workspace_impl.h"

#include "storage/schema.h"

#include "base/error.h"
#include "base/wall_clock.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr int kBusyTimeoutMs = 1'000;
constexpr std::array<const char*, 7> kTables = {"datasets", "examples", "models", "runs", "metrics", "decisions", "settings"};

struct JsonColumn {
    const char* table;
    const char* key;
    const char* column;
};
constexpr std::array<JsonColumn, 8> kJsonColumns = {{{"datasets", "name", "splits"},
                                                     {"datasets", "name", "labels"},
                                                     {"datasets", "name", "source"},
                                                     {"runs", "id", "spec"},
                                                     {"runs", "id", "result"},
                                                     {"decisions", "id", "answers"},
                                                     {"decisions", "id", "decision"},
                                                     {"settings", "key", "value"}}};

bool isMissing(const fs::path& folder, const std::string& path) {
    std::error_code error;
    return !fs::exists(folder / path, error);
}

/// Damage, unlike a file that is locked, a disk that is full or memory that is short.
bool isDamage(const SQLite::Exception& exception) {
    const int code = exception.getErrorCode() & 0xff;
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/// Every complaint of the integrity check; empty if there is none.
std::vector<std::string> integrityProblems(SQLite::Database& database) {
    std::vector<std::string> problems;
    try {
        SQLite::Statement check(database, "PRAGMA integrity_check(100)");
        while (check.executeStep()) {
            if (const std::string line = check.getColumn(0).getString(); line != "ok")
                problems.push_back(fmt::format("the database file: {}", line));
        }
    } catch (const SQLite::Exception& exception) {
        if (!isDamage(exception))
            throw;
        problems.push_back(fmt::format("the database file: {}", exception.what()));
    }
    return problems;
}

bool isSound(const fs::path& file) {
    try {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE, kBusyTimeoutMs);
        return integrityProblems(database).empty();
    } catch (const SQLite::Exception& exception) {
        if (!isDamage(exception))
            throw;
        return false;
    }
}

std::vector<std::string> columnsOf(SQLite::Database& database, const std::string& table) {
    std::vector<std::string> columns;
    SQLite::Statement row(database, "SELECT name FROM pragma_table_info('" + table + "')");
    while (row.executeStep())
        columns.push_back(row.getColumn(0).getString());
    return columns;
}

/// Copies what can be read of a table: from the front up to the damage, then from the back up to it.
std::int64_t salvageTable(SQLite::Database& from, SQLite::Database& to, const std::string& table) {
    std::string columns, marks;
    const auto known = columnsOf(to, table);
    for (const std::string& column : columnsOf(from, table)) {
        if (std::find(known.begin(), known.end(), column) == known.end())
            continue;
        columns += (columns.empty() ? "" : ", ") + column;
        marks += marks.empty() ? "?" : ", ?";
    }
    if (columns.empty())
        return 0;
    SQLite::Statement insert(to, fmt::format("INSERT OR IGNORE INTO {}({}) VALUES ({})", table, columns, marks));
    const bool hasRowid = table != "metrics";
    std::int64_t copied = 0;
    for (const char* order : {hasRowid ? "ORDER BY rowid" : "", hasRowid ? "ORDER BY rowid DESC" : "ORDER BY run_id DESC, name DESC, step DESC"}) {
        try {
            SQLite::Statement row(from, fmt::format("SELECT {} FROM {} {}", columns, table, order));
            while (row.executeStep()) {
                for (int i = 0; i < row.getColumnCount(); ++i) {
                    const SQLite::Column cell = row.getColumn(i);
                    if (cell.isInteger())
                        insert.bind(i + 1, cell.getInt64());
                    else if (cell.isFloat())
                        insert.bind(i + 1, cell.getDouble());
                    else if (cell.isNull())
                        insert.bind(i + 1);
                    else
                        insert.bind(i + 1, cell.getString());
                }
                const int result = insert.tryExecuteStep();
                if (result == SQLITE_FULL || result == SQLITE_NOMEM || (result & 0xff) == SQLITE_IOERR)
                    throw SQLite::Exception(to.getHandle(), result); // of the new file: rows would be lost
                copied += result == SQLITE_DONE && to.getChanges() > 0;
                insert.tryReset();
            }
            break; // the whole table could be read
        } catch (const SQLite::Exception& exception) {
            insert.tryReset();
            if (!isDamage(exception))
                throw;
        }
    }
    return copied;
}

void makeDatabase(const fs::path& file) {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
    migrate(database, file, workspaceSchema());
}

std::int64_t salvage(const fs::path& broken, const fs::path& target) {
    makeDatabase(target);
    std::int64_t rows = 0;
    try {
        SQLite::Database from(broken.string(), SQLite::OPEN_READWRITE);
        SQLite::Database to(target.string(), SQLite::OPEN_READWRITE);
        to.exec("PRAGMA foreign_keys = OFF");
        SQLite::Transaction transaction(to);
        for (const char* table : kTables)
            rows += salvageTable(from, to, table);
        transaction.commit();
    } catch (const SQLite::Exception& exception) {
        // Nothing of the file can be read; the caller falls back on an earlier copy.
        if (!isDamage(exception))
            throw;
    }
    return rows;
}

/// The newest copy that a migration left beside the database.
std::optional<fs::path> newestMigrationCopy(const fs::path& file) {
    for (int version = Workspace::schemaVersion(); version > 0; --version) {
        const fs::path copy = migrationCopy(file, version);
        std::error_code error;
        if (fs::is_regular_file(copy, error) && isSound(copy))
            return copy;
    }
    return std::nullopt;
}

/// "workspace.<what>-20260131T120000Z.sqlite", a name that is free.
fs::path keptName(const fs::path& file, const char* what) {
    std::string stamp = isoTimeUtc();
    std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
    fs::path name = file.parent_path() / fmt::format("workspace.{}-{}.sqlite", what, stamp);
    for (int number = 2; fs::exists(name); ++number)
        name = file.parent_path() / fmt::format("workspace.{}-{}-{}.sqlite", what, stamp, number);
    return name;
}

/// Puts a sound database in the place of a broken one, which stays beside under a new name.
void rebuild(const fs::path& file, std::vector<std::string>& done) {
    const fs::path broken = keptName(file, "broken");
    fs::copy_file(file, broken);
    std::error_code ignored;
    if (fs::exists(file.string() + "-wal", ignored))
        fs::copy_file(file.string() + "-wal", broken.string() + "-wal", fs::copy_options::overwrite_existing);
    done.push_back(fmt::format("kept the broken database as {}", broken.filename().string()));

    const fs::path target = file.string() + ".repaired";
    fs::remove(target);
    const std::int64_t rows = salvage(broken, target);
    if (rows > 0) {
        done.push_back(fmt::format("rebuilt the database from {} rows that could be read", rows));
    } else if (const auto copy = newestMigrationCopy(file)) {
        fs::copy_file(*copy, target, fs::copy_options::overwrite_existing);
        done.push_back(fmt::format("restored {}, the copy made before the last migration", copy->filename().string()));
    } else {
        done.push_back("nothing could be read: made an empty database; runs and models in the folder are untouched");
    }
    // A log of the old file must not be replayed into the new one.
    fs::remove(file.string() + "-wal", ignored);
    fs::remove(file.string() + "-shm", ignored);
    fs::rename(target, file);
}

std::int64_t changed(Connection& connection, const std::string& sql) { return connection.database().exec(sql); }

void removeOrphans(Connection& connection, std::vector<std::string>& done) {
    if (const auto n = changed(connection, "DELETE FROM examples WHERE dataset_id NOT IN (SELECT id FROM datasets)"))
        done.push_back(fmt::format("removed {} rows of data sets that are lost", n));
    if (const auto n = changed(connection, "DELETE FROM metrics WHERE run_id NOT IN (SELECT id FROM runs)"))
        done.push_back(fmt::format("removed {} metric values of runs that are lost", n));
    for (const JsonColumn& column : kJsonColumns) {
        if (const auto n = changed(connection, fmt::format("DELETE FROM {} WHERE NOT json_valid({})", column.table, column.column)))
            done.push_back(fmt::format("removed {} records of {} whose {} could not be read", n, column.table, column.column));
    }
}

void recountLabels(Connection& connection, std::int64_t dataset) {
    std::map<std::string, std::int64_t> counts;
    auto row = connection.prepared("SELECT label, count(*) FROM examples WHERE dataset_id = ? GROUP BY label");
    row.bind(dataset);
    while (row.step())
        counts[row.text(0)] = row.integer(1);
    auto stored = connection.prepared("SELECT labels FROM datasets WHERE id = ?");
    Json labels = stored.bind(dataset).step() ? parseJson(stored.text(0), "labels") : Json();
    for (Json& label : labels) {
        if (label.is_object() && label.contains("name") && label["name"].is_string())
            label["count"] = counts[label["name"].get<std::string>()];
    }
    connection.prepared("UPDATE datasets SET labels = ? WHERE id = ?").bind(dumpJson(labels), dataset).run();
}

void recountDatasets(Connection& connection, std::vector<std::string>& done) {
    SQLite::Statement wrong(connection.database(), "SELECT d.id, d.name, d.rows, count(e.id), d.splits, "
                                                   "sum(e.split = 'train'), sum(e.split = 'dev'), sum(e.split = 'test') "
                                                   "FROM datasets d LEFT JOIN examples e ON e.dataset_id = d.id GROUP BY d.id HAVING d.rows <> count(e.id)");
    struct Count {
        std::int64_t id, rows;
        std::string splits, sentence;
    };
    std::vector<Count> counts;
    while (wrong.executeStep()) {
        const auto n = [&](int column) { return wrong.getColumn(column).getInt64(); };
        counts.push_back({n(0), n(3), dumpJson({{"train", n(5)}, {"dev", n(6)}, {"test", n(7)}}),
                          fmt::format("the data set '{}' has {} of {} rows left", wrong.getColumn(1).getString(), n(3), n(2))});
    }
    wrong.reset();
    for (const Count& count : counts) {
        // The rows are others now, so the hash no longer names them; a random one, since nothing else has these rows.
        connection.prepared("UPDATE datasets SET rows = ?, splits = ?, hash = 'repaired-' || lower(hex(randomblob(16))) WHERE id = ?")
            .bind(count.rows, count.splits, count.id).run();
        recountLabels(connection, count.id);
        done.push_back(count.sentence);
    }
}

/// Records whose files were deleted; absolute paths stay, their disk may only be away.
void removeDangling(Connection& connection, const fs::path& folder, std::vector<std::string>& done) {
    std::vector<std::pair<std::string, std::string>> lost;
    {
        SQLite::Statement row(connection.database(), "SELECT name, path FROM models");
        while (row.executeStep()) {
            const std::string path = row.getColumn(1).getString();
            if (fs::path(path).is_relative() && isMissing(folder, path))
                lost.emplace_back("models", row.getColumn(0).getString());
        }
    }
    {
        SQLite::Statement row(connection.database(), "SELECT id FROM runs");
        while (row.executeStep()) {
            if (isMissing(folder, "runs/" + row.getColumn(0).getString()))
                lost.emplace_back("runs", row.getColumn(0).getString());
        }
    }
    for (const auto& [table, name] : lost) {
        connection.prepared(table == "models" ? "DELETE FROM models WHERE name = ?" : "DELETE FROM runs WHERE id = ?").bind(name).run();
        done.push_back(fmt::format("removed the record of {} '{}', whose folder is gone", table == "models" ? "model" : "run", name));
    }
}

} // namespace

std::vector<std::string> findProblems(Connection& connection, const fs::path& folder) {
    SQLite::Database& database = connection.database();
    std::vector<std::string> problems = integrityProblems(database);
    if (!problems.empty())
        return problems;
    const auto collect = [&](const std::string& sql, const auto& sentence) {
        SQLite::Statement row(database, sql);
        while (row.executeStep()) {
            if (std::string problem = sentence(row); !problem.empty())
                problems.push_back(std::move(problem));
        }
    };
    collect("PRAGMA foreign_key_check", [](SQLite::Statement& row) {
        return fmt::format("row {} of table {} refers to a row of {} that does not exist", row.getColumn(1).getString(), row.getColumn(0).getString(),
                           row.getColumn(2).getString());
    });
    collect("SELECT d.name, d.rows, count(e.id) FROM datasets d LEFT JOIN examples e ON e.dataset_id = d.id GROUP BY d.id HAVING d.rows <> count(e.id)",
            [](SQLite::Statement& row) {
                return fmt::format("the data set '{}' is to have {} rows and has {}", row.getColumn(0).getString(), row.getColumn(1).getInt64(),
                                   row.getColumn(2).getInt64());
            });
    for (const JsonColumn& column : kJsonColumns) {
        collect(fmt::format("SELECT {} FROM {} WHERE NOT json_valid({})", column.key, column.table, column.column), [&](SQLite::Statement& row) {
            return fmt::format("'{}' in table {} has no readable {}", row.getColumn(0).getString(), column.table, column.column);
        });
    }
    collect("SELECT name, path FROM models ORDER BY name", [&](SQLite::Statement& row) {
        const std::string path = row.getColumn(1).getString();
        return isMissing(folder, path) ? fmt::format("the folder of model '{}' is missing: {}", row.getColumn(0).getString(), path) : std::string();
    });
    collect("SELECT id FROM runs ORDER BY id", [&](SQLite::Statement& row) {
        const std::string id = row.getColumn(0).getString();
        return isMissing(folder, "runs/" + id) ? fmt::format("the folder of run '{}' is missing: runs/{}", id, id) : std::string();
    });
    return problems;
}

std::vector<std::string> Workspace::repair(const fs::path& folder) {
    const fs::path root = plainPath(folder);
    const fs::path file = root / kDatabaseName;
    std::vector<std::string> done;
    try {
        if (!exists(root) && !newestMigrationCopy(file))
            return open(folder).check().problems; // says that there is no workspace
        FileLock lock = lockWorkspace(root, Access::Alone);
        if (!exists(root)) {
            const fs::path copy = newestMigrationCopy(file).value();
            fs::copy_file(copy, file);
            done.push_back(fmt::format("restored {}: the database was missing", copy.filename().string()));
        } else if (!isSound(file)) {
            rebuild(file, done);
        }
        Workspace workspace(std::make_unique<Impl>(root, std::move(lock)));
        Connection& connection = workspace.m_impl->connection;
        connection.database().exec("PRAGMA wal_checkpoint(TRUNCATE)"); // so that the file itself holds everything
        const fs::path before = keptName(file, "before-repair");
        fs::copy_file(file, before);
        std::vector<std::string> mended;
        workspace.transaction([&] {
            removeOrphans(connection, mended);
            recountDatasets(connection, mended);
            removeDangling(connection, root, mended);
        });
        if (mended.empty())
            fs::remove(before);
        else
            done.push_back(fmt::format("kept the database as it was as {}", before.filename().string()));
        done.insert(done.end(), mended.begin(), mended.end());
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorCode::Io, error.what(), "Check the permissions of the workspace folder and the free disk space.");
    } catch (const SQLite::Exception& exception) {
        throwStorageError(exception, file);
    }
    return done;
}

} // namespace triptych
