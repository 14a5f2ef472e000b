#include "self_measure.h"

#include "jobs/job_runner.h"
#include "knowledge/chunker.h"
#include "knowledge/edit.h"
#include "knowledge/knowledge_store.h"
#include "storage/workspace.h"
#include "window_setup.h"

#include <QApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

using namespace triptych;
using namespace triptych::ui;

namespace {

constexpr char kStartVariable[] = "TRIPTYCH_STARTED_NS";
constexpr char kSecondsVariable[] = "TRIPTYCH_SYNTHETIC_SECONDS";

qint64 monotonicNs() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<qint64>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

double pssMegabytes() {
    QFile file(QStringLiteral("/proc/self/smaps_rollup"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith("Pss:"))
            return line.mid(4).trimmed().split(' ').first().toDouble() * 1024 / 1e6;
    }
    return 0;
}

bool torchIsMapped() {
    QFile file(QStringLiteral("/proc/self/maps"));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray maps = file.readAll();
    return maps.contains("libtorch") || maps.contains("libc10");
}

void print(const QJsonObject& object) { std::printf("%s\n", QJsonDocument(object).toJson(QJsonDocument::Compact).constData()); }

/// Calls back once the window has been painted and the event loop has come round to new events.
class FirstFrame : public QObject {
public:
    FirstFrame(QWidget* window, std::function<void()> ready) : QObject(window), m_ready(std::move(ready)) { window->installEventFilter(this); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Paint && m_ready)
            QTimer::singleShot(0, watched, std::exchange(m_ready, nullptr));
        return false;
    }

private:
    std::function<void()> m_ready;
};

/// How long an event has to wait at most: a thread of its own posts one every few milliseconds and notes when
/// the window's thread gets to it. That is the longest turn of the event loop, as a person would feel it.
class TurnWatch {
public:
    TurnWatch() : m_thread([this](const std::stop_token& stop) { run(stop); }) {}
    ~TurnWatch() { m_thread.request_stop(); }
    double takeLongest() { return static_cast<double>(m_longestNs.exchange(0)) / 1e6; }

private:
    void run(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(4));
            if (m_waiting.exchange(true))
                continue; // the former is still in line: its wait is what counts
            QMetaObject::invokeMethod(&m_target, [this, posted = monotonicNs()] {
                m_longestNs = std::max<qint64>(m_longestNs, monotonicNs() - posted);
                m_waiting = false;
            }, Qt::QueuedConnection);
        }
    }
    QObject m_target;
    std::atomic<bool> m_waiting = false;
    std::atomic<qint64> m_longestNs = 0;
    std::jthread m_thread;
};

QJsonObject runPart(const QStringList& arguments, int timeoutMs) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    environment.insert(QLatin1String(kStartVariable), QString::number(monotonicNs()));
    process.setProcessEnvironment(environment);
    process.start(QCoreApplication::applicationFilePath(), arguments);
    process.waitForFinished(timeoutMs);
    return QJsonDocument::fromJson(process.readAllStandardOutput()).object();
}

double median(QList<double> values) {
    if (values.isEmpty())
        return 0;
    std::sort(values.begin(), values.end());
    const qsizetype middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

} // namespace

int measureSelf(const QString& workspace, int starts, int seconds) {
    QStringList arguments{QStringLiteral("--measure-start")};
    if (!workspace.isEmpty())
        arguments << QStringLiteral("--workspace") << workspace;
    runPart(arguments, 60'000); // warms the file cache; not counted
    QList<double> times;
    QJsonArray all;
    double pss = 0;
    bool torch = false;
    for (int i = 0; i < starts; ++i) {
        const QJsonObject part = runPart(arguments, 60'000);
        if (part.isEmpty()) {
            std::fprintf(stderr, "triptych: a measured start ended without a result\n");
            return 1;
        }
        times.append(part.value(QLatin1String("ready_ms")).toDouble());
        all.append(times.last());
        pss = std::max(pss, part.value(QLatin1String("pss_mb")).toDouble());
        torch = torch || part.value(QLatin1String("libtorch_mapped")).toBool();
    }
    QJsonObject result{{QStringLiteral("start_ms"), median(times)}, {QStringLiteral("starts_ms"), all},
                       {QStringLiteral("pss_mb"), pss}, {QStringLiteral("libtorch_mapped"), torch}};
    if (seconds > 0) {
        const QJsonObject part = runPart({QStringLiteral("--measure-stall"), QStringLiteral("--seconds"), QString::number(seconds)},
                                         (seconds + 60) * 1000);
        for (auto it = part.begin(); it != part.end(); ++it)
            result.insert(it.key(), it.value());
    }
    std::printf("%s", QJsonDocument(result).toJson().constData());
    return 0;
}

int measureStart(const QString& workspace) {
    const qint64 begin = qEnvironmentVariable(kStartVariable).toLongLong();
    WindowSetup setup({}, {});
    double readyMs = 0;
    const FirstFrame frame(&setup.window(), [&] {
        readyMs = static_cast<double>(monotonicNs() - begin) / 1e6;
        // Memory counts once the page has its data.
        QTimer::singleShot(1500, qApp, [&] {
            print({{QStringLiteral("ready_ms"), readyMs}, {QStringLiteral("pss_mb"), pssMegabytes()},
                   {QStringLiteral("libtorch_mapped"), torchIsMapped()}});
            QCoreApplication::quit();
        });
    });
    setup.open(workspace);
    return QCoreApplication::exec();
}

int measureStall(int seconds) {
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("workspace")).toStdString();
    {
        Workspace workspace = Workspace::create(path);
        std::vector<ExampleRecord> rows;
        for (int i = 0; i < 3000; ++i) {
            const std::string label = "label " + std::to_string(i % 12);
            rows.push_back({"text number " + std::to_string(i) + " of " + label, label, i % 10 == 0 ? "test" : i % 10 == 1 ? "dev" : "train", i + 1});
        }
        DatasetRecord record;
        record.name = "messages";
        record.task = "classification";
        record.hash = "synthetic";
        record.created = "2026-01-01T00:00:00Z";
        record.rows = static_cast<std::int64_t>(rows.size());
        record.splits = {{"train", 2400}, {"dev", 300}, {"test", 300}};
        record.labels = Json::array();
        for (int i = 0; i < 12; ++i)
            record.labels.push_back({{"name", "label " + std::to_string(i)}, {"count", 250}});
        record.source = Json::object();
        workspace.saveDataset(record, rows);
    }
    qputenv("TRIPTYCH_ENGINE", QCoreApplication::applicationFilePath().toLocal8Bit() + " --synthetic-worker");
    qputenv(kSecondsVariable, QByteArray::number(seconds + 20));

    WindowSetup setup({}, {});
    TurnWatch watch;
    QString runId;
    QObject::connect(&setup.jobs(), &JobCenter::submitted, qApp, [&runId](quint64, const QStringList& ids) { runId = ids.value(0); });
    setup.open(QString::fromStdString(path));
    JobRequest request;
    request.kind = QStringLiteral("train");
    request.method = QStringLiteral("zero_shot");
    request.dataset = QStringLiteral("messages");
    setup.jobs().submit({request});

    QJsonObject result;
    // The window settles and the job starts; then it is watched, the second half of the time on the training page.
    QTimer::singleShot(5000, qApp, [&] {
        watch.takeLongest();
        QTimer::singleShot(seconds * 500, qApp, [&] {
            result.insert(QStringLiteral("stall_overview_ms"), watch.takeLongest());
            setup.window().showPage(QStringLiteral("training"), runId);
            QTimer::singleShot(0, qApp, [&] { // building a page is a turn of its own, told apart
                QTimer::singleShot(200, qApp, [&] {
                    result.insert(QStringLiteral("page_build_ms"), watch.takeLongest());
                    QTimer::singleShot(seconds * 500, qApp, [&] {
                        const double training = watch.takeLongest();
                        const std::optional<JobInfo> job = setup.jobs().job(runId);
                        result.insert(QStringLiteral("stall_training_ms"), training);
                        result.insert(QStringLiteral("stall_ms"), std::max(training, result.value(QLatin1String("stall_overview_ms")).toDouble()));
                        result.insert(QStringLiteral("stall_seconds"), seconds);
                        result.insert(QStringLiteral("events_seen"), job ? static_cast<qint64>(job->status.last_event) : -1);
                        result.insert(QStringLiteral("points_seen"), static_cast<qint64>(setup.jobs().metrics(runId).size()));
                        result.insert(QStringLiteral("pss_with_job_mb"), pssMegabytes());
                        print(result);
                        setup.jobs().cancel(runId);
                        QTimer::singleShot(1500, qApp, &QCoreApplication::quit);
                    });
                });
            });
        });
    });
    return QCoreApplication::exec();
}

int measureIngest(const QString& folder, int mostSeconds) {
    const QTemporaryDir place;
    const std::string path = place.filePath(QStringLiteral("workspace")).toStdString();
    createKnowledgeBase(Workspace::create(path), "documents", "hashing", ChunkerSettings(), false);

    WindowSetup setup({}, {});
    TurnWatch watch;
    QString runId;
    setup.open(QString::fromStdString(path));
    setup.window().showPage(QStringLiteral("knowledge"), QStringLiteral("documents"));
    const auto finish = [&] {
        const std::optional<JobInfo> job = setup.jobs().job(runId);
        const KnowledgeStore store = KnowledgeStore::open(std::filesystem::path(path) / "knowledge" / "documents");
        print({{QStringLiteral("stall_ingest_ms"), watch.takeLongest()}, {QStringLiteral("documents"), static_cast<qint64>(store.counts().documents)},
               {QStringLiteral("chunks"), static_cast<qint64>(store.counts().chunks)}, {QStringLiteral("pss_mb"), pssMegabytes()},
               {QStringLiteral("state"), job ? QString::fromUtf8(runStateName(job->status.state).data()) : QStringLiteral("unknown")}});
        QCoreApplication::exit(job && job->status.state == RunState::Done ? 0 : 1);
    };
    QObject::connect(&setup.jobs(), &JobCenter::submitted, qApp, [&runId](quint64, const QStringList& ids) { runId = ids.value(0); });
    QObject::connect(&setup.jobs(), &JobCenter::submitFailed, qApp, [](quint64, const QString& message, const QString&) {
        std::fprintf(stderr, "triptych: %s\n", qPrintable(message));
        QCoreApplication::exit(1);
    });
    // The page shows what came in before the last look is taken.
    QObject::connect(&setup.jobs(), &JobCenter::runFinished, qApp, [&](const QString&) { QTimer::singleShot(3000, qApp, finish); });
    QTimer::singleShot(mostSeconds * 1000, qApp, finish);
    // Building the page is a turn of its own, measured elsewhere.
    QTimer::singleShot(3000, qApp, [&] {
        watch.takeLongest();
        JobRequest request;
        request.kind = QStringLiteral("ingest");
        request.method = QStringLiteral("add");
        request.knowledgeBase = QStringLiteral("documents");
        request.paths = {folder};
        setup.jobs().submit({request});
    });
    return QCoreApplication::exec();
}

int runSyntheticWorker(const QString& runDirectory) {
    const int seconds = qEnvironmentVariableIntValue(kSecondsVariable);
    JobRegistry registry;
    registry["train/zero_shot"] = [seconds](JobContext& context) -> Json {
        // Twenty steps a second with five metrics each: more than any real method reports.
        const std::int64_t total = seconds * 20;
        for (std::int64_t step = 1; step <= total; ++step) {
            throwIfStopped(context.stop());
            if (context.poll() == RunControl::Cancel)
                throw Error(ErrorCode::Cancelled, "cancelled");
            context.progress().progress({step, total, "steps", "train"});
            const double x = static_cast<double>(step) / static_cast<double>(total);
            context.progress().metric("train_loss", step, 2.5 * std::exp(-4 * x) + 0.2);
            context.progress().metric("dev_loss", step, 2.4 * std::exp(-3 * x) + 0.3);
            context.progress().metric("dev_accuracy", step, 1 - 0.8 * std::exp(-4 * x));
            context.progress().metric("learning_rate", step, 1e-4 * (1 - x));
            context.progress().metric("gradient_norm", step, 1 + x);
            if (step % 40 == 0)
                context.progress().log(LogLevel::Info, "step " + std::to_string(step));
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return Json::object();
    };
    return runJob(runDirectory.toStdString(), registry);
}
