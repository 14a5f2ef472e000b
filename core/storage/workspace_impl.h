#pragma once

#include "storage/connection.h"
#include "storage/workspace.h"

namespace triptych {

inline constexpr const char* kDatabaseName = "workspace.sqlite";

struct Workspace::Impl {
    std::filesystem::path folder;
    mutable Connection connection;

    explicit Impl(const std::filesystem::path& path) : folder(path), connection(path / kDatabaseName) {}
    /// All storage work goes through here, so that SQLite's exceptions never leave.
    template <typename Body>
    auto run(Body&& body) const -> decltype(body(connection)) {
        return translated(connection.file(), [&]() -> decltype(body(connection)) { return body(connection); });
    }
};

/// "2024-05-01T12:00:00Z".
std::string nowUtc();
/// Everything check() finds. `folder` for paths relative to it.
std::vector<std::string> findProblems(Connection& connection, const std::filesystem::path& folder);

} // namespace triptych
