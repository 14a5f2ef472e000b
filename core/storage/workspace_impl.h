#pragma once

#include "base/files.h"
#include "storage/connection.h"
#include "storage/schema.h"
#include "storage/workspace.h"

namespace triptych {

inline constexpr const char* kDatabaseName = "workspace.sqlite";

/// Absolute, without dots and without a slash at its end.
std::filesystem::path plainPath(const std::filesystem::path& folder);

/// Everybody who has a workspace open shares its lock; a repair, which puts another file in the database's
/// place, must have it alone. Throws Error{Busy} if it cannot be had in time.
enum class Access { Shared, Alone };
FileLock lockWorkspace(const std::filesystem::path& folder, Access access);

struct Workspace::Impl {
    std::filesystem::path folder;
    FileLock lock;
    mutable Connection connection;

    explicit Impl(const std::filesystem::path& path) : Impl(path, lockWorkspace(path, Access::Shared)) {}
    Impl(const std::filesystem::path& path, FileLock held) : folder(path), lock(std::move(held)), connection(path / kDatabaseName, workspaceSchema()) {}
    /// All storage work goes through here, so that SQLite's exceptions never leave.
    template <typename Body>
    auto run(Body&& body) const -> decltype(body(connection)) {
        return translated(connection.file(), [&]() -> decltype(body(connection)) { return body(connection); });
    }
};

/// Everything check() finds. `folder` for paths relative to it.
std::vector<std::string> findProblems(Connection& connection, const std::filesystem::path& folder);

} // namespace triptych
