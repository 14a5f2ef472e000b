#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace SQLite {
class Database;
}

namespace triptych {

/// One step of the schema's history. Steps are only ever added: what a released program wrote stays readable.
struct Migration {
    int version; ///< user_version after it
    const char* sql;
};

/// A kind of database file of ours.
struct Schema {
    std::string_view noun;    ///< "a workspace", for messages
    int application_id;       ///< PRAGMA application_id: no foreign database is taken for one of these
    std::string_view if_corrupt; ///< what to do about a damaged file
    std::span<const Migration> steps; ///< oldest first
};
const Schema& workspaceSchema();

/// Brings a database to the newest version, all steps in one transaction; safe if two processes do it at once.
/// A database that holds something is first copied beside `file`, see migrationCopy(). Throws Error{Unsupported}
/// if the database is newer than the last step; SQLite's own exceptions pass.
void migrate(SQLite::Database& database, const std::filesystem::path& file, const Schema& schema);

/// "workspace.v1.sqlite" beside "workspace.sqlite".
std::filesystem::path migrationCopy(const std::filesystem::path& file, int version);

} // namespace triptych
