#include "interop/knowledge_jobs.h"

#include "base/error.h"
#include "documents/reader_process.h"
#include "interop/knowledge_embedder.h"
#include "jobs/endpoint.h"
#include "jobs/knowledge_runs.h"
#include "knowledge/edit.h"
#include "knowledge/ingest.h"
#include "knowledge/knowledge_base.h"
#include "knowledge/reembed.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <thread>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kLookInterval{50};

/// A stop for long calls that a pause asks for too: what is committed by then is the checkpoint.
class PauseOrCancel {
public:
    explicit PauseOrCancel(JobContext& job)
        : m_cancel(job.stop(), [this] { m_stop.request_stop(); }), m_watcher([this, &job](const std::stop_token& over) { watch(job, over); }) {}
    std::stop_token token() const { return m_stop.get_token(); }
    bool isPaused() const { return m_paused; }

private:
    void watch(JobContext& job, const std::stop_token& over) {
        while (!over.stop_requested()) {
            if (job.poll() == RunControl::Pause) {
                m_paused = true;
                m_stop.request_stop();
                return;
            }
            std::this_thread::sleep_for(kLookInterval);
        }
    }

    std::stop_source m_stop;
    std::atomic<bool> m_paused = false;
    std::stop_callback<std::function<void()>> m_cancel;
    std::jthread m_watcher; ///< last: it ends before what it uses
};

Json interruptible(JobContext& job, const std::function<Json(const std::stop_token&)>& body) {
    const PauseOrCancel stop(job);
    try {
        return body(stop.token());
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Cancelled && stop.isPaused() && !job.stop().stop_requested())
            throw PauseRequested();
        throw;
    }
}

BaseEmbedder openEmbedder(const RunSpec& spec, const KnowledgeRunSettings& settings, ProgressSink& progress, const std::stop_token& stop) {
    if (settings.embedder.empty())
        return wordsOnly();
    if (settings.embedder == "hashing")
        return unweightedHashingEmbedder();
    if (settings.endpoint.is_object())
        return openEndpointEmbedder(endpointFromJson(settings.endpoint, settings.embedder, "the run's settings"), progress, stop);
    const auto model = spec.models.find("embedder");
    if (model == spec.models.end())
        throw Error(ErrorCode::InvalidInput, fmt::format("the run '{}' does not say where the model '{}' is", spec.id, settings.embedder), "Make the run again.");
    progress.progress({0, 0, "", "load"});
    return openModelEmbedder(settings.embedder, model->second);
}

/// The base as it was when the run first started, in its folder: what the run has done is told against that, however often it
/// was interrupted.
class Before {
public:
    Before(const RunDirectory& run, const KnowledgeStore& store) {
        const fs::path file = run.checkpoints() / "before.json";
        if (!fs::exists(file)) {
            Json failed = Json::object();
            for (const FailedDocument& failure : store.failures())
                failed[failure.name] = failure.reason;
            fs::create_directories(run.checkpoints());
            writeJsonFile(file, {{"documents", store.documentIds()}, {"failed", std::move(failed)}});
        }
        const Json before = readJsonFile(file);
        m_documents = before.at("documents").get<std::map<std::string, std::int64_t>>();
        m_failed = before.at("failed").get<std::map<std::string, std::string>>();
    }

    /// `report` is of the last start.
    Json result(const KnowledgeStore& store, const IngestReport& report) const {
        Json added = Json::array(), changed = Json::array(), removed = Json::array();
        std::int64_t unchanged = 0;
        const auto now = store.documentIds();
        for (const auto& [name, id] : now) {
            const auto before = m_documents.find(name);
            if (before == m_documents.end())
                added.push_back(name);
            else if (before->second != id)
                changed.push_back(name);
            else
                ++unchanged;
        }
        for (const auto& [name, id] : m_documents) {
            if (!now.contains(name))
                removed.push_back(name);
        }
        return {{"added", std::move(added)}, {"changed", std::move(changed)}, {"removed", std::move(removed)}, {"failed", failedOf(store, report)},
                {"unchanged", unchanged}, {"chunks", report.chunks}, {"embedded", report.embedded},
                {"timings", {{"read_s", report.read_s}, {"chunk_s", report.chunk_s}, {"store_s", report.store_s}, {"embed_s", report.embed_s}}}};
    }

private:
    Json failedOf(const KnowledgeStore& store, const IngestReport& report) const {
        Json failed = Json::array();
        std::set<std::string> told;
        const auto tell = [&](const FailedDocument& failure) {
            if (told.insert(failure.name).second)
                failed.push_back({{"document", failure.name}, {"reason", failure.reason}, {"hint", failure.hint}});
        };
        for (const FailedDocument& failure : report.failed)
            tell(failure);
        for (const FailedDocument& failure : store.failures()) { // of earlier starts
            const auto before = m_failed.find(failure.name);
            if (before == m_failed.end() || before->second != failure.reason)
                tell(failure);
        }
        return failed;
    }

    std::map<std::string, std::int64_t> m_documents; ///< name to id of those that were visible
    std::map<std::string, std::string> m_failed;     ///< name to reason
};

/// The caches go to disk if they are far behind; that a disk is full costs the time to build them again, and not the run.
void bringIndexesUpToDate(const fs::path& folder, const BaseEmbedder& embedder, ProgressSink& progress, const std::stop_token& stop) {
    KnowledgeBase base = KnowledgeBase::open(folder, embedder, progress, stop);
    try {
        base.saveIndexes();
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Io)
            throw;
        progress.log(LogLevel::Warning, fmt::format("{}; the index is built again when the base is opened", error.message()));
    }
}

/// A run may have waited for long: the base has got another embedder meanwhile, or another base its name.
void requireSameEmbedder(const KnowledgeStore& store, const KnowledgeRunSettings& settings) {
    if (const std::string now = store.settings().value("embedder", ""); now != settings.embedder) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the knowledge base '{}' has the embedder '{}' by now, and this run was made for '{}'", settings.base, now, settings.embedder),
                    "Add or sync again.");
    }
}

Json bringInStep(JobContext& job, const std::stop_token& stop) {
    const RunSpec& spec = job.spec();
    const KnowledgeRunSettings settings = knowledgeRunSettings(spec);
    const FileLock lock = lockKnowledgeBase(settings.base_path);
    KnowledgeStore store = KnowledgeStore::open(settings.base_path);
    requireSameEmbedder(store, settings);
    const Before before(job.directory(), store);
    const BaseEmbedder embedder = openEmbedder(spec, settings, job.progress(), stop);
    DocumentReader reader;
    IngestOptions options;
    options.retry_failed = settings.retry_failed;
    const IngestReport report = spec.method == "sync" ? syncRoots(store, embedder, reader, options, job.progress(), stop)
                                                      : ingest(store, embedder, settings.paths, reader, options, job.progress(), stop);
    bringIndexesUpToDate(settings.base_path, embedderFor(store, embedder), job.progress(), stop);
    return before.result(store, report);
}

Json embedAgain(JobContext& job, const std::stop_token& stop) {
    const KnowledgeRunSettings settings = knowledgeRunSettings(job.spec());
    const FileLock lock = lockKnowledgeBase(settings.base_path);
    KnowledgeStore store = KnowledgeStore::open(settings.base_path);
    const BaseEmbedder embedder = openEmbedder(job.spec(), settings, job.progress(), stop);
    const ReembedReport report = reembed(store, embedder, job.progress(), stop);
    bringIndexesUpToDate(settings.base_path, embedderFor(store, embedder), job.progress(), stop);
    return {{"embedder", settings.embedder}, {"dimension", report.dimension > 0 ? Json(report.dimension) : Json()}, {"chunks", store.counts().chunks},
            {"embedded", report.embedded.count}, {"timings", {{"embed_s", report.embedded.seconds}}}};
}

} // namespace

void registerKnowledgeJobs(JobRegistry& jobs) {
    const auto job = [](Json (*body)(JobContext&, const std::stop_token&)) {
        return [body](JobContext& context) { return interruptible(context, [&](const std::stop_token& stop) { return body(context, stop); }); };
    };
    jobs["ingest/add"] = job(bringInStep);
    jobs["ingest/sync"] = job(bringInStep);
    jobs["ingest/reembed"] = job(embedAgain);
}

} // namespace triptych
