#include "engine_client/job_worker.h"

#include "base/wall_clock.h"
#include "jobs/knowledge_runs.h"
#include "jobs/run_index.h"
#include "jobs/supervisor.h"
#include "l10n/words.h"

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>

namespace triptych::ui {

namespace {

constexpr int kBusyIntervalMs = 150;
constexpr int kIdleIntervalMs = 1000;
constexpr int kListingIntervalMs = 2000;
constexpr double kIndexIntervalS = 2.0;
constexpr double kStartGraceS = 5.0;
constexpr char kQueueSetting[] = "window.queue";
constexpr char kWaitingPrefix[] = "waiting-";

QString text(const std::string& value) { return QString::fromStdString(value); }

JobInfo infoOf(const RunSpec& spec) {
    JobInfo info;
    info.id = text(spec.id);
    info.kind = text(spec.kind);
    info.method = text(spec.method);
    info.title = text(spec.title);
    info.dataset = text(spec.dataset);
    info.knowledgeBase = text(knowledgeBaseOf(spec));
    info.out = text(spec.out);
    info.created = text(spec.created);
    return info;
}

/// What goes on at a time beside what: knowledge bases have a lane of their own.
bool isIngest(const JobInfo& job) { return job.kind == QLatin1String(kIngestKind); }

bool isWaitingId(const QString& id) { return id.startsWith(QLatin1String(kWaitingPrefix)); }

int threadsOf(const JobRequest& request) {
    return request.threads > 0 ? request.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

LogLevel levelFromName(const std::string& name) {
    return name == "debug" ? LogLevel::Debug : name == "warning" ? LogLevel::Warning
           : name == "error" ? LogLevel::Error : LogLevel::Info;
}

bool sameStatus(const RunStatus& a, const RunStatus& b) {
    return a.state == b.state && a.last_event == b.last_event && a.done == b.done && a.total == b.total && a.stage == b.stage;
}

} // namespace

Json requestToJson(const JobRequest& request) {
    Json paths = Json::array();
    for (const QString& path : request.paths)
        paths.push_back(path.toStdString());
    return {{"kind", request.kind.toStdString()}, {"method", request.method.toStdString()},
            {"dataset", request.dataset.toStdString()}, {"model", request.model.toStdString()},
            {"teacher", request.teacher.toStdString()}, {"student", request.student.toStdString()},
            {"knowledge_base", request.knowledgeBase.toStdString()}, {"paths", std::move(paths)},
            {"out", request.out.toStdString()}, {"settings", request.settings}, {"seed", request.seed},
            {"threads", request.threads}};
}

JobRequest requestFromJson(const Json& value) {
    JobRequest request;
    const auto word = [&value](const char* key) { return text(value.value(key, std::string())); };
    request.kind = word("kind");
    request.method = word("method");
    request.dataset = word("dataset");
    request.model = word("model");
    request.teacher = word("teacher");
    request.student = word("student");
    request.knowledgeBase = word("knowledge_base");
    for (const Json& path : value.value("paths", Json::array()))
        request.paths.append(text(path.get<std::string>()));
    request.out = word("out");
    request.settings = value.value("settings", Json::object());
    request.seed = value.value("seed", quint64{13});
    request.threads = value.value("threads", 0);
    return request;
}

JobWorker::JobWorker(QObject* parent) : QObject(parent), m_timer(new QTimer(this)) {
    connect(m_timer, &QTimer::timeout, this, &JobWorker::tick);
}

/// True if it went well; what did not is told.
template <typename Body> bool JobWorker::guarded(const QString& runId, Body body) {
    try {
        body();
        return true;
    } catch (const Error& error) {
        Q_EMIT actionFailed(m_generation, runId, errorMessage(error), errorHint(error));
    } catch (const std::exception& error) {
        Q_EMIT actionFailed(m_generation, runId, QString::fromLocal8Bit(error.what()), {});
    }
    return false;
}

/// For what the next round does again: while another writer holds the workspace nothing is lost, and nothing is said.
template <typename Body> void JobWorker::retried(Body body) {
    guarded({}, [&body] {
        try {
            body();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Busy)
                throw;
        }
    });
}

/// Queue and waiting ones change if that could be stored; else they are as before and the exception goes on.
template <typename Body> void JobWorker::changeQueue(Body body) {
    const auto queue = m_queue;
    const auto waiting = m_waiting;
    try {
        m_workspace->transaction([&] {
            body();
            saveQueue();
        });
    } catch (...) {
        m_queue = queue;
        m_waiting = waiting;
        throw;
    }
}

bool JobWorker::isQueued(const std::string& id) const { return std::find(m_queue.begin(), m_queue.end(), id) != m_queue.end(); }

void JobWorker::open(const QString& folder, quint64 generation) {
    m_timer->stop();
    m_runs.clear();
    m_queue.clear();
    m_waiting.clear();
    m_cancelling.clear();
    m_basesToTidy.clear();
    m_workspace.reset();
    m_generation = generation;
    if (!folder.isEmpty()) {
        guarded({}, [&] {
            m_workspace = Workspace::open(folder.toStdString());
            findNewRuns();
            loadQueue();
            // What ended while no window watched is not news that pages wait for.
            for (auto& [id, run] : m_runs) {
                if (isFinal(run.events.status().state))
                    settle(run, true);
            }
        });
    }
    Q_EMIT loaded(generation);
    if (m_workspace)
        tick();
}

JobWorker::Watched* JobWorker::find(const QString& runId) {
    const auto it = m_runs.find(runId.toStdString());
    return it == m_runs.end() ? nullptr : &it->second;
}

JobWorker::Watched& JobWorker::watch(const RunDirectory& directory) {
    const std::string id = directory.id();
    if (const auto it = m_runs.find(id); it != m_runs.end())
        return it->second;
    Watched run{infoOf(directory.spec()), RunFollower(directory), RunFollower(directory), wallTime()};
    return m_runs.emplace(id, std::move(run)).first->second;
}

void JobWorker::findNewRuns() {
    m_sinceListing.start();
    for (const RunDirectory& directory : listRuns(m_workspace->runsFolder())) {
        if (m_runs.contains(directory.id()))
            continue;
        Watched& run = watch(directory);
        run.info.status.last_event = -1; // anything it reads is news
        follow(run);
    }
}

/// Runs that another process has removed: the command line does so with those of a knowledge base that nobody needs.
void JobWorker::forgetRemoved() {
    for (auto run = m_runs.begin(); run != m_runs.end();) {
        std::error_code error;
        if (std::filesystem::exists(run->second.events.directory().path() / "spec.json", error) || error) {
            ++run;
            continue;
        }
        const QString id = run->second.info.id;
        m_cancelling.erase(run->first);
        run = m_runs.erase(run);
        Q_EMIT jobRemoved(m_generation, id);
    }
}

/// Reads what is new and passes it on.
void JobWorker::follow(Watched& run) {
    const std::vector<RunEvent> events = run.events.poll();
    RunStatus status = run.events.status();
    const std::string id = run.info.id.toStdString();
    if (isFinal(status.state))
        m_cancelling.erase(id);
    if (isQueued(id) && status.state != RunState::Done && status.state != RunState::Running) {
        status.state = RunState::Queued; // paused, interrupted, cancelled or failed before, and in line to go on
        status.error.reset();
    } else if (m_cancelling.contains(id))
        status.state = RunState::Cancelling;
    else if (status.state == RunState::Queued && wallTime() - run.seenAt > kStartGraceS && !run.events.directory().launch())
        status.state = RunState::Interrupted; // whoever made it is gone and nobody will start it
    const bool changed = !sameStatus(status, run.info.status);
    run.info.status = status;

    QList<MetricPoint> points;
    QList<LogEntry> entries;
    for (const RunEvent& event : events) {
        const auto value = [&event](const char* key) { return event.data.is_object() ? event.data.value(key, Json()) : Json(); };
        if (event.type == "metric" && value("name").is_string() && value("step").is_number() && value("value").is_number()) {
            points.append({value("name").get<std::string>(), value("step").get<std::int64_t>(), value("value").get<double>(),
                           event.wall_time});
        } else if (event.type == "log" && value("message").is_string()) {
            const Json level = value("level");
            entries.append({run.info.id, event.wall_time, levelFromName(level.is_string() ? level.get<std::string>() : "info"),
                            text(value("message").get<std::string>())});
        }
    }
    if (changed)
        Q_EMIT jobChanged(m_generation, run.info);
    if (!points.isEmpty())
        Q_EMIT metricsArrived(m_generation, run.info.id, points);
    if (!entries.isEmpty())
        Q_EMIT logArrived(m_generation, entries);
}

/// Brings the workspace up to date: now and then while a run goes on, at once when it ends.
void JobWorker::settle(Watched& run, bool force) {
    const bool ended = isFinal(run.info.status.state); // not one that failed and waits for another go
    const double now = wallTime();
    if (run.settled || (!force && !ended && now - run.indexedAt < kIndexIntervalS))
        return;
    run.indexedAt = now;
    try {
        const IndexOutcome outcome = indexRun(*m_workspace, run.indexed);
        QList<LogEntry> entries;
        for (const std::string& problem : outcome.problems)
            entries.append({run.info.id, now, LogLevel::Warning, text(problem)});
        if (!entries.isEmpty())
            Q_EMIT logArrived(m_generation, entries);
        if (ended && isFinal(outcome.status.state)) {
            run.settled = true;
            Q_EMIT jobFinished(m_generation, run.info.id);
            if (!run.info.knowledgeBase.isEmpty())
                m_basesToTidy.insert(run.info.knowledgeBase.toStdString());
        }
    } catch (const Error& error) {
        // Busy: another writer holds the workspace, the next round tries again.
        if (error.code() != ErrorCode::Busy) {
            run.settled = ended;
            Q_EMIT logArrived(m_generation, {{run.info.id, now, LogLevel::Error, errorMessage(error)}});
        }
    }
}

void JobWorker::tick() {
    if (!m_workspace)
        return;
    {
        const std::lock_guard lock(m_cancelReport->mutex);
        for (const auto& [id, error] : std::exchange(m_cancelReport->failures, {})) {
            m_cancelling.erase(id);
            Q_EMIT actionFailed(m_generation, text(id), errorMessage(error), errorHint(error));
        }
    }
    forgetRemoved();
    guarded({}, [&] {
        if (m_sinceListing.elapsed() >= kListingIntervalMs)
            findNewRuns();
    });
    for (auto& [id, run] : m_runs) {
        if (run.settled)
            continue;
        guarded(run.info.id, [&] {
            follow(run);
            settle(run, false);
        });
    }
    for (const std::string& base : std::exchange(m_basesToTidy, {}))
        guarded({}, [&] { removeIdleRuns(base); });
    retried([&] { promoteWaiting(); });
    for (const bool ingests : {false, true})
        retried([&] { startNext(ingests); });
    updateTimer();
}

void JobWorker::updateTimer() {
    const bool busy = !m_queue.empty() || !m_cancelling.empty() || std::any_of(m_runs.begin(), m_runs.end(), [](const auto& entry) {
        const RunState state = entry.second.info.status.state;
        return state == RunState::Running || state == RunState::Cancelling || state == RunState::Queued;
    });
    const int interval = busy ? kBusyIntervalMs : kIdleIntervalMs;
    if (!m_timer->isActive() || m_timer->interval() != interval)
        m_timer->start(interval);
}

/// Starts the first in line of a lane once nobody works in it: two trainings at a time would both be slower, while documents
/// that come in need not wait for a training.
void JobWorker::startNext(bool ingests) {
    const auto isInLane = [&](const std::string& id) {
        const auto run = m_runs.find(id);
        return (run != m_runs.end() && isIngest(run->second.info)) == ingests;
    };
    for (;;) {
        const auto next = std::find_if(m_queue.begin(), m_queue.end(), isInLane);
        if (next == m_queue.end())
            return;
        const std::string id = *next;
        const bool busy = std::any_of(m_runs.begin(), m_runs.end(), [&](const auto& entry) {
            if (isIngest(entry.second.info) != ingests)
                return false;
            const RunState state = entry.second.events.status().state;
            if (state == RunState::Running || state == RunState::Cancelling)
                return true;
            // Started, but its first event has not come yet.
            return state == RunState::Queued && entry.first != id && entry.second.events.directory().launch().has_value();
        });
        if (busy)
            return;
        Watched* run = find(text(id));
        changeQueue([&] { std::erase(m_queue, id); }); // first: a start that is not on record as taken would happen twice
        if (!run || run->events.status().state == RunState::Done)
            continue;
        if (guarded(run->info.id, [&] { resumeRun(defaultEngineCommand(), run->events.directory()); })) {
            follow(*run);
            return;
        }
    }
}

/// Of a base whose run has ended; those that are in line again stay.
void JobWorker::removeIdleRuns(const std::string& base) {
    for (const RunDirectory& run : idleKnowledgeRuns(*m_workspace, base)) {
        const std::string id = run.id();
        if (isQueued(id))
            continue;
        retried([&] { // its worker may be about to end
            removeRun(*m_workspace, run);
            m_runs.erase(id);
            Q_EMIT jobRemoved(m_generation, text(id));
        });
    }
}

void JobWorker::promoteWaiting() {
    for (const Waiting& waiting : std::deque<Waiting>(m_waiting)) {
        const auto teacher = m_runs.find(waiting.teacherRun);
        const RunState state = teacher == m_runs.end() ? RunState::Failed : teacher->second.info.status.state;
        if (!isFinal(state) || (state == RunState::Done && !teacher->second.settled))
            continue;
        if (state == RunState::Done) {
            promote(waiting, teacher->second);
            continue;
        }
        const QString name = teacher == m_runs.end() ? text(waiting.teacherRun) : runTitle(teacher->second.info.method, teacher->second.info.title);
        drop(waiting);
        Q_EMIT actionFailed(m_generation, {}, tr("The distillation was not started: its teacher \"%1\" did not finish.").arg(name), {});
    }
}

void JobWorker::drop(const Waiting& waiting) {
    changeQueue([&] { std::erase_if(m_waiting, [&](const Waiting& entry) { return entry.id == waiting.id; }); });
    Q_EMIT jobRemoved(m_generation, text(waiting.id));
}

/// The teacher is there: the request becomes a run, in one transaction, so that there is one of the two at any time.
void JobWorker::promote(const Waiting& waiting, const Watched& teacher) {
    JobRequest request = requestFromJson(waiting.request);
    request.teacher = teacher.info.out;
    std::optional<RunDirectory> made;
    try {
        changeQueue([&] {
            made = create(request);
            std::erase_if(m_waiting, [&](const Waiting& entry) { return entry.id == waiting.id; });
        });
    } catch (const std::exception& failure) {
        if (made)
            std::filesystem::remove_all(made->path());
        const auto* error = dynamic_cast<const Error*>(&failure);
        if (!error || error->code() != ErrorCode::Busy)
            drop(waiting); // it would fail again
        throw;
    }
    Q_EMIT jobRemoved(m_generation, text(waiting.id));
    announce(*made);
}

void JobWorker::loadQueue() {
    const std::optional<Json> stored = m_workspace->setting(kQueueSetting);
    if (!stored || !stored->is_object())
        return;
    for (const Json& id : stored->value("runs", Json::array())) {
        if (id.is_string() && m_runs.contains(id.get<std::string>()))
            m_queue.push_back(id.get<std::string>());
    }
    for (const Json& entry : stored->value("waiting", Json::array())) {
        if (!entry.is_object() || !entry.contains("request"))
            continue;
        m_waiting.push_back({kWaitingPrefix + std::to_string(m_nextWaiting++), entry.value("teacher_run", std::string()), entry["request"]});
        announceWaiting(m_waiting.back());
    }
    for (const std::string& id : m_queue)
        follow(m_runs.at(id));
}

void JobWorker::saveQueue() {
    Json waiting = Json::array();
    for (const Waiting& entry : m_waiting)
        waiting.push_back({{"teacher_run", entry.teacherRun}, {"request", entry.request}});
    Json runs = Json::array();
    for (const std::string& id : m_queue)
        runs.push_back(id);
    m_workspace->setSetting(kQueueSetting, {{"runs", runs}, {"waiting", waiting}});
}

void JobWorker::announceWaiting(const Waiting& waiting) {
    const JobRequest request = requestFromJson(waiting.request);
    JobInfo info;
    info.id = text(waiting.id);
    info.kind = request.kind;
    info.method = request.method;
    info.dataset = request.dataset;
    info.title = request.method + QStringLiteral(" · ") + request.dataset; // as registerRun gives it
    info.out = request.out;
    info.created = text(isoTimeUtc());
    info.waitsFor = text(waiting.teacherRun);
    Q_EMIT jobChanged(m_generation, info);
}

std::string JobWorker::freeName(const JobRequest& request) const {
    const std::string base = request.dataset.toStdString() + '-' + (request.kind == QLatin1String("distill") ? "distilled" : request.method.toStdString());
    return freeModelName(*m_workspace, base);
}

/// Makes the run and puts it in line; within changeQueue.
RunDirectory JobWorker::create(const JobRequest& request) {
    RunDirectory directory = request.kind == QLatin1String(kIngestKind) ? createIngest(request) : createTraining(request);
    m_queue.push_back(directory.id());
    return directory;
}

RunDirectory JobWorker::createIngest(const JobRequest& request) {
    KnowledgeRunRequest run;
    run.method = request.method.toStdString();
    run.base = request.knowledgeBase.toStdString();
    for (const QString& path : request.paths)
        run.paths.emplace_back(path.toStdString());
    run.retry_failed = request.settings.value("retry_failed", false);
    run.embedder = request.model.toStdString();
    run.threads = threadsOf(request);
    return registerKnowledgeRun(*m_workspace, run);
}

RunDirectory JobWorker::createTraining(const JobRequest& request) {
    RunRequest run;
    run.kind = request.kind.toStdString();
    run.method = request.method.toStdString();
    run.dataset = request.dataset.toStdString();
    if (!request.model.isEmpty())
        run.models["base"] = request.model.toStdString();
    run.settings = request.settings;
    if (request.kind == QLatin1String("distill")) {
        run.models["teacher"] = request.teacher.toStdString();
        run.settings["student"] = request.student.toStdString();
    }
    run.out = request.out.isEmpty() ? freeName(request) : request.out.toStdString();
    run.seed = request.seed;
    run.threads = threadsOf(request);
    return registerRun(*m_workspace, run);
}

void JobWorker::announce(const RunDirectory& directory) {
    Watched& run = watch(directory);
    run.info.status.last_event = -1;
    follow(run);
}

void JobWorker::submit(quint64 number, const QList<JobRequest>& requests) {
    if (!m_workspace) {
        Q_EMIT submitFailed(m_generation, number, tr("No workspace is open."), tr("Open or create one first."));
        return;
    }
    QStringList ids;
    std::vector<RunDirectory> made;
    std::vector<Waiting> waiting;
    const auto fail = [&](const QString& message, const QString& hint) {
        std::error_code ignored;
        for (const RunDirectory& directory : made)
            std::filesystem::remove_all(directory.path(), ignored);
        Q_EMIT submitFailed(m_generation, number, message, hint);
    };
    try {
        // All of the list or nothing, records and queue together.
        changeQueue([&] {
            for (const JobRequest& request : requests) {
                if (!request.teacherRequest && request.teacherRun.isEmpty()) {
                    made.push_back(create(request));
                    ids.append(text(made.back().id()));
                    continue;
                }
                const QString teacher = request.teacherRequest ? ids.value(*request.teacherRequest) : request.teacherRun;
                waiting.push_back({kWaitingPrefix + std::to_string(m_nextWaiting++), teacher.toStdString(), requestToJson(request)});
                m_waiting.push_back(waiting.back());
                ids.append(text(waiting.back().id));
            }
        });
        for (const RunDirectory& directory : made)
            announce(directory);
        for (const Waiting& entry : waiting)
            announceWaiting(entry);
        Q_EMIT submitted(m_generation, number, ids);
    } catch (const Error& error) {
        fail(errorMessage(error), errorHint(error));
    } catch (const std::exception& error) {
        fail(QString::fromLocal8Bit(error.what()), {});
    }
    tick();
}

void JobWorker::pause(const QString& runId) {
    if (Watched* run = find(runId))
        guarded(runId, [&] { run->events.directory().setControl(RunControl::Pause); });
}

void JobWorker::resume(const QString& runId) {
    Watched* run = find(runId);
    if (!run)
        return;
    guarded(runId, [&] {
        const RunDirectory& directory = run->events.directory();
        const std::string id = runId.toStdString();
        if (directory.isAlive() || run->events.status().state == RunState::Done) {
            resumeRun(defaultEngineCommand(), directory); // refuses one that is done
            return;
        }
        if (!isQueued(id))
            changeQueue([&] { m_queue.push_front(id); });
        run->settled = false;
        follow(*run);
    });
    tick();
}

void JobWorker::cancel(const QString& runId) {
    const std::string id = runId.toStdString();
    if (isWaitingId(runId)) {
        const auto waiting = std::find_if(m_waiting.begin(), m_waiting.end(), [&id](const Waiting& entry) { return entry.id == id; });
        if (waiting != m_waiting.end())
            guarded(runId, [&] { drop(Waiting(*waiting)); });
        return;
    }
    Watched* run = find(runId);
    if (!run)
        return;
    const bool ended = isFinal(run->events.status().state);
    if (isQueued(id)) {
        if (!guarded(runId, [&] { changeQueue([&] { std::erase(m_queue, id); }); }))
            return;
        run->settled = ended; // one that waited for another go is what it was
        follow(*run);
    }
    if (ended)
        return;
    m_cancelling.insert(id);
    // It waits for the worker's end, up to some 15 s; control.json is written first, so a window that is
    // closed meanwhile has still cancelled. No thread of ours may wait for it at exit, hence detached.
    std::thread([directory = run->events.directory(), id, report = m_cancelReport] {
        try {
            cancelRun(directory);
        } catch (const Error& error) {
            const std::lock_guard lock(report->mutex);
            report->failures.emplace_back(id, error);
        }
    }).detach();
    tick();
}

void JobWorker::remove(const QString& runId) {
    Watched* run = find(runId);
    if (!run || !isFinal(run->info.status.state))
        return;
    guarded(runId, [&] {
        removeRun(*m_workspace, run->events.directory());
        m_runs.erase(runId.toStdString());
        Q_EMIT jobRemoved(m_generation, runId);
    });
}

void JobWorker::change(quint64 number, const std::function<void(Workspace&)>& change) {
    std::optional<Error> failure;
    try {
        if (!m_workspace)
            throw Error(ErrorCode::NotFound, "no workspace is open");
        change(*m_workspace);
    } catch (const Error& error) {
        failure = error;
    } catch (const std::exception& error) {
        failure = Error(ErrorCode::Internal, error.what());
    }
    Q_EMIT changed(number, failure);
}

} // namespace triptych::ui
