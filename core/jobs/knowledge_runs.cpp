#include "jobs/knowledge_runs.h"

#include "base/error.h"
#include "base/wall_clock.h"
#include "jobs/endpoint.h"
#include "jobs/knowledge_bases.h"
#include "jobs/model_lookup.h"
#include "jobs/run_index.h"
#include "knowledge/knowledge_store.h"
#include "storage/workspace.h"

#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeptRuns = 5;

/// Reads the settings of an ingest; every complaint names the run and the field.
class SettingsReader {
public:
    explicit SettingsReader(const RunSpec& spec) : m_spec(spec) {}

    [[noreturn]] void fail(const char* field, std::string_view problem) const {
        throw Error(ErrorCode::InvalidInput, fmt::format("the run '{}': field \"settings.{}\" {}", m_spec.id, field, problem),
                    "A run's spec.json is written when the run is made; make the run again.");
    }
    const Json& value(const char* field) const {
        static const Json kNull;
        const auto found = m_spec.settings.find(field);
        return found == m_spec.settings.end() ? kNull : *found;
    }
    std::string text(const char* field) const {
        if (!value(field).is_string())
            fail(field, "is not a string");
        return value(field).get<std::string>();
    }
    fs::path absolutePath(const char* field, const Json& given) const {
        if (!given.is_string() || !fs::path(given.get<std::string>()).is_absolute())
            fail(field, fmt::format("has {}, which is not an absolute path", dumpJson(given)));
        return given.get<std::string>();
    }

private:
    const RunSpec& m_spec;
};

fs::path absoluteWithoutSlash(const fs::path& path) { return (fs::absolute(path) / "").lexically_normal().parent_path(); }

void requireComplete(const KnowledgeRunRequest& request) {
    if (request.method == "add" && request.paths.empty())
        throw Error(ErrorCode::InvalidArgument, fmt::format("nothing was named that is to be added to '{}'", request.base), "Name files or folders.");
    if (request.method == "reembed" && (request.embedder.empty() || request.embedder == "none")) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' cannot be embedded again without an embedder", request.base),
                    "Name a model, an endpoint or hashing; a base that is searched by words only is made with `triptych-cli kb create --embedder none`.");
    }
    for (const fs::path& path : request.paths) {
        std::error_code error;
        if (!fs::exists(path, error))
            throw Error(ErrorCode::NotFound, fmt::format("there is no file or folder '{}'", path.string()), "Check that the path is spelt right.");
    }
}

/// So that the worker finds it without a workspace.
void freezeEmbedder(const Workspace& workspace, RunSpec& spec, KnowledgeRunSettings& settings) {
    if (settings.embedder.empty() || settings.embedder == "hashing")
        return;
    if (const auto endpoint = findEndpoint(workspace.folder(), settings.embedder)) {
        settings.endpoint = endpointToJson(*endpoint);
        return;
    }
    const FoundModel model = resolveModel(&workspace, settings.embedder);
    spec.models["embedder"] = model.path.string();
    spec.model_names["embedder"] = model.name;
}

bool foundNothingToDo(const RunRecord& record) {
    if (record.method != "sync" || record.state != runStateName(RunState::Done) || !record.result.is_object())
        return false;
    const auto isZero = [&](const char* key) {
        const auto found = record.result.find(key);
        return found != record.result.end() && *found == 0;
    };
    return isZero("added") && isZero("changed") && isZero("removed") && isZero("failed");
}

} // namespace

Json knowledgeRunSettingsToJson(const KnowledgeRunSettings& settings) {
    Json paths = Json::array();
    for (const fs::path& path : settings.paths)
        paths.push_back(path.string());
    return {{"base_path", settings.base_path.string()}, {"base", settings.base},         {"paths", std::move(paths)},
            {"retry_failed", settings.retry_failed},    {"embedder", settings.embedder}, {"endpoint", settings.endpoint}};
}

KnowledgeRunSettings knowledgeRunSettings(const RunSpec& spec) {
    const SettingsReader fields(spec);
    KnowledgeRunSettings settings;
    settings.base_path = fields.absolutePath("base_path", fields.value("base_path"));
    settings.base = fields.text("base");
    if (!fields.value("paths").is_array())
        fields.fail("paths", "is not an array");
    for (const Json& path : fields.value("paths"))
        settings.paths.push_back(fields.absolutePath("paths", path));
    settings.retry_failed = fields.value("retry_failed") == true;
    settings.embedder = fields.text("embedder");
    settings.endpoint = fields.value("endpoint");
    return settings;
}

std::string knowledgeBaseOf(const RunSpec& spec) {
    const auto base = spec.settings.find("base");
    return spec.kind == kIngestKind && base != spec.settings.end() && base->is_string() ? base->get<std::string>() : std::string();
}

std::string knowledgeBaseOf(const Json& spec) {
    try {
        return knowledgeBaseOf(runSpecFromJson(spec, "the record of a run"));
    } catch (const Error&) {
        return {}; // of a newer version, or damaged
    }
}

RunDirectory registerKnowledgeRun(Workspace& workspace, const KnowledgeRunRequest& request) {
    const fs::path folder = findKnowledgeBase(workspace, request.base);
    requireComplete(request);
    KnowledgeRunSettings settings;
    settings.base_path = fs::absolute(folder).lexically_normal();
    settings.base = request.base;
    for (const fs::path& path : request.paths)
        settings.paths.push_back(absoluteWithoutSlash(path));
    settings.retry_failed = request.retry_failed;
    settings.embedder = request.method == "reembed" ? embedderName(request.embedder) : KnowledgeStore::open(folder).settings().value("embedder", "");
    RunSpec spec;
    spec.id = RunDirectory::newId(request.method);
    spec.kind = kIngestKind;
    spec.method = request.method;
    spec.title = fmt::format("{} · {}", request.method, request.base);
    spec.created = isoTimeUtc();
    spec.threads = request.threads;
    freezeEmbedder(workspace, spec, settings);
    spec.settings = knowledgeRunSettingsToJson(settings);
    RunDirectory run = RunDirectory::create(workspace.runsFolder(), spec, {});
    try {
        indexRun(workspace, run); // makes the record
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(run.path(), ignored);
        throw;
    }
    return run;
}

std::vector<RunDirectory> idleKnowledgeRuns(const Workspace& workspace, std::string_view base) {
    std::vector<RunDirectory> idle;
    std::size_t kept = 0;
    std::vector<RunRecord> records = workspace.runs();
    std::reverse(records.begin(), records.end()); // the newest first
    for (const RunRecord& record : records) {
        if (record.kind != kIngestKind || !isFinal(runStateFromName(record.state)) || knowledgeBaseOf(record.spec) != base)
            continue;
        if (!foundNothingToDo(record) && ++kept <= kKeptRuns)
            continue;
        try {
            idle.push_back(findRun(workspace, record.id));
        } catch (const Error&) {
            // Its folder is gone already.
        }
    }
    return idle;
}

} // namespace triptych
