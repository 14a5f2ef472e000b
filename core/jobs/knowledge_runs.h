#pragma once

#include "jobs/run_directory.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

class Workspace;

/// The kind of the runs that change a knowledge base.
inline constexpr const char* kIngestKind = "ingest";

/// What is asked of a knowledge base; registerKnowledgeRun turns it into a complete run.
struct KnowledgeRunRequest {
    std::string method; ///< "add", "sync", "reembed"
    std::string base;   ///< name in the workspace
    std::vector<std::filesystem::path> paths; ///< add: files and folders
    bool retry_failed = false;                ///< add, sync: read again what failed and is as it was
    std::string embedder;                     ///< reembed: a model, an endpoint or "hashing"
    int threads = 2;
};

/// RunSpec::settings of an ingest. The worker needs no more, and no workspace; a model is in RunSpec::models as "embedder".
struct KnowledgeRunSettings {
    std::filesystem::path base_path; ///< knowledge/<name>, absolute
    std::string base;                ///< name in the workspace
    std::vector<std::filesystem::path> paths; ///< add: absolute
    bool retry_failed = false;
    std::string embedder; ///< name: the base's own, of a reembed the new one; empty: searched by words only
    Json endpoint;        ///< where `embedder` is one: its file, which never holds a key; else null
};
Json knowledgeRunSettingsToJson(const KnowledgeRunSettings& settings);
/// Throws Error{InvalidInput} naming run and field.
KnowledgeRunSettings knowledgeRunSettings(const RunSpec& spec);
/// The base that an ingest changes, from a run's specification or the "spec" of its record; empty for other runs.
std::string knowledgeBaseOf(const RunSpec& spec);
std::string knowledgeBaseOf(const Json& spec);

/// Writes runs/<id>/ and the run's record. Throws Error{NotFound} for an unknown base, path or model, {InvalidArgument} for a request
/// that lacks something; nothing is left behind then.
RunDirectory registerKnowledgeRun(Workspace& workspace, const KnowledgeRunRequest& request);

/// Runs of a base that nobody needs any more: syncs that found nothing to do, and of those that have ended all but the newest five.
/// The caller removes them (see removeRun). Index the runs first.
std::vector<RunDirectory> idleKnowledgeRuns(const Workspace& workspace, std::string_view base);

} // namespace triptych
