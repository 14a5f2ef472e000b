#pragma once

#include <filesystem>
#include <span>

namespace SQLite {
class Database;
}

namespace triptych {

/// One step of the schema's history. Steps are only ever added: what a released program wrote stays readable.
struct Migration {
    int version; ///< user_version after it
    const char* sql;
};
std::span<const Migration> migrations();

/// Marks the file as ours (PRAGMA application_id), so that a foreign database is not taken for a workspace.
inline constexpr int kApplicationId = 0x54525054;

/// Brings a database to the newest version, all steps in one transaction; safe if two processes do it at once.
/// A database that holds something is first copied beside `file`, see migrationCopy(). Throws Error{Unsupported}
/// if the database is newer than the last step; SQLite's own exceptions pass.
void migrate(SQLite::Database& database, const std::filesystem::path& file, std::span<const Migration> steps);

/// "workspace.v1.sqlite" beside "workspace.sqlite".
std::filesystem::path migrationCopy(const std::filesystem::path& file, int version);

} // namespace triptych
