#pragma once

#include "engine_client/background.h"
#include "engine_client/job_center.h"
#include "item_models/documents_model.h"
#include "knowledge/chunker.h"
#include "knowledge/knowledge_store.h"

#include <QStringList>

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

namespace triptych::ui {

/// What the page as a whole shows of a base.
struct BaseFacts {
    QString name;
    KnowledgeCounts counts;
    ChunkerSettings chunker;
    QString embedder; ///< empty: words only
    bool int8 = false;
    std::vector<KnowledgeRoot> roots;
    std::vector<Snapshot> snapshots;
    std::uintmax_t bytes = 0;
};
std::filesystem::path baseFolder(const QString& workspace, const QString& base);
BaseFacts readBaseFacts(const QString& workspace, const QString& base);

/// Documents and failures of a base by name, each with the state that its file gives it. `reading`: files and folders that an
/// ingest is at; what is in them and not yet in the base has a row too. Throws what the store throws, {Cancelled}.
std::vector<DocumentRow> readDocumentRows(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& reading, const std::stop_token& stop);

/// Changes a base under its lock, off the window's thread. Another change on the same object does not undo this one.
void changeBase(Background& background, const std::filesystem::path& folder, std::function<void(KnowledgeStore&)> change, std::function<void()> done,
                std::function<void(const Error&)> failed);

/// The newest ingest of a base that has not ended well: under way, waiting for a resume, or failed.
std::optional<JobInfo> ingestOf(const JobCenter& jobs, const QString& base);
/// Not over: queued, running, paused or interrupted.
bool isUnderWay(const JobInfo& job);

JobRequest ingestRequest(const QString& method, const QString& base);

} // namespace triptych::ui
