#include "storage/workspace_impl.h"

#include "storage/schema.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <thread>
#include <utility>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kOpenPatience{10};
constexpr std::chrono::seconds kRepairPatience{1};
constexpr std::chrono::milliseconds kLockRetry{20};

} // namespace

fs::path plainPath(const fs::path& folder) { return (fs::absolute(folder) / "").lexically_normal().parent_path(); }

FileLock lockWorkspace(const fs::path& folder, Access access) {
    const fs::path file = folder / "workspace.lock";
    const bool alone = access == Access::Alone;
    const auto end = std::chrono::steady_clock::now() + (alone ? kRepairPatience : kOpenPatience);
    for (;;) {
        if (auto lock = alone ? FileLock::tryAcquire(file) : FileLock::tryAcquireShared(file))
            return std::move(*lock);
        if (std::chrono::steady_clock::now() >= end)
            break;
        std::this_thread::sleep_for(kLockRetry);
    }
    if (alone)
        throw Error(ErrorCode::Busy, fmt::format("the workspace '{}' is open elsewhere", folder.string()), "Close its window and end its commands first.");
    throw Error(ErrorCode::Busy, fmt::format("the workspace '{}' is being repaired", folder.string()), "Try again when that has finished.");
}

Workspace::Workspace(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

Workspace Workspace::create(const fs::path& folder) {
    const fs::path file = fs::absolute(folder) / kDatabaseName;
    if (!createDatabaseFile(file))
        throw Error(ErrorCode::AlreadyExists, fmt::format("'{}' is a workspace already", folder.string()), "Open it, or choose another folder.");
    return open(folder);
}

Workspace Workspace::open(const fs::path& folder) {
    if (!exists(folder)) {
        throw Error(ErrorCode::NotFound, fmt::format("there is no workspace in '{}'", plainPath(folder).string()),
                    "Make one with `triptych-cli workspace init`, or name its folder with --workspace.");
    }
    return Workspace(std::make_unique<Impl>(plainPath(folder)));
}

bool Workspace::exists(const fs::path& folder) {
    std::error_code error;
    return fs::is_regular_file(folder / kDatabaseName, error);
}

int Workspace::schemaVersion() { return workspaceSchema().steps.back().version; }

const fs::path& Workspace::folder() const { return m_impl->folder; }

fs::path Workspace::runsFolder() const {
    const fs::path runs = m_impl->folder / "runs";
    std::error_code error;
    fs::create_directories(runs, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot make the folder '{}': {}", runs.string(), error.message()));
    return runs;
}

std::optional<Json> Workspace::setting(std::string_view key) const {
    return m_impl->run([&](Connection& connection) -> std::optional<Json> {
        auto row = connection.prepared("SELECT value FROM settings WHERE key = ?");
        if (!row.bind(key).step())
            return std::nullopt;
        return connection.json(row.text(0), fmt::format("setting '{}'", key));
    });
}

void Workspace::setSetting(std::string_view key, const Json& value) {
    m_impl->run([&](Connection& connection) {
        connection.prepared("INSERT INTO settings(key, value) VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value")
            .bind(key, dumpJson(value))
            .run();
    });
}

Json Workspace::info() const {
    return m_impl->run([&](Connection& connection) -> Json {
        Json info = {{"folder", m_impl->folder.string()}, {"schema", schemaVersion()}, {"bytes", sizeOnDisk(m_impl->folder)}};
        for (const char* table : {"datasets", "models", "runs", "decisions"})
            info[table] = connection.database().execAndGet(fmt::format("SELECT count(*) FROM {}", table)).getInt64();
        return info;
    });
}

CheckReport Workspace::check() const {
    return m_impl->run([&](Connection& connection) -> CheckReport { return {findProblems(connection, m_impl->folder)}; });
}

void Workspace::transaction(const std::function<void()>& body) { m_impl->connection.transaction(body); }

} // namespace triptych
