#include "screenshots.h"

#include "shell/page_stack.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QPixmap>
#include <QThreadPool>
#include <QTimer>

#include <cstdio>

using namespace triptych::ui;

namespace {

/// Counted in turns of the event loop and not in time alone: on a starved machine a turn may take seconds.
constexpr int kQuietTurns = 12;
constexpr int kPatienceMs = 60'000;

void turn(int milliseconds) {
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

/// Pages read their data on pool threads and ask the engines: a picture is taken once those have been quiet for a moment.
void settle(Engines& engines) {
    QElapsedTimer all;
    all.start();
    for (int quiet = 0; quiet < kQuietTurns && all.elapsed() < kPatienceMs;) {
        turn(30);
        bool busy = QThreadPool::globalInstance()->activeThreadCount() > 0;
        for (const EngineClient* engine : engines.all())
            busy = busy || engine->pendingCount() > 0;
        quiet = busy ? 0 : quiet + 1;
    }
}

int fail(const QString& sentence) {
    std::fprintf(stderr, "triptych: %s\n", qPrintable(sentence));
    return 1;
}

} // namespace

int takeScreenshots(const ScreenshotOptions& options) {
    if (!QDir().mkpath(options.folder))
        return fail(QStringLiteral("cannot make the folder '%1'").arg(options.folder));
    LookOptions look = options.look;
    if (look.language.isEmpty())
        look.language = QStringLiteral("en");
    if (look.theme.isEmpty())
        look.theme = QStringLiteral("light");
    WindowSetup setup({}, look);
    MainWindow& window = setup.window();
    window.resize(1440, 900);
    bool loaded = options.workspace.isEmpty();
    QObject::connect(&setup.jobs(), &JobCenter::loaded, &window, [&loaded] { loaded = true; });
    setup.open(options.workspace);
    if (!options.workspace.isEmpty() && setup.jobs().workspaceFolder().isEmpty())
        return fail(QStringLiteral("there is no workspace in '%1': make one with 'triptych-cli workspace init'").arg(options.workspace));
    QElapsedTimer waited;
    waited.start();
    while (!loaded && waited.elapsed() < kPatienceMs)
        turn(20);
    QStringList wanted = options.pages;
    QStringList known;
    for (const PageFactory& page : window.pages().factories())
        known.append(page.id);
    if (wanted.isEmpty())
        wanted = known;
    for (const QString& page : std::as_const(wanted)) {
        if (!known.contains(page))
            return fail(QStringLiteral("there is no page '%1'; there are %2").arg(page, known.join(QStringLiteral(", "))));
        window.showPage(page);
        settle(setup.engines());
        const QString file = QStringLiteral("%1/%2-%3-%4.png").arg(options.folder, page, look.theme, look.language);
        if (!window.grab().save(file))
            return fail(QStringLiteral("cannot write '%1'").arg(file));
        std::fprintf(stderr, "%s\n", qPrintable(file));
    }
    return 0;
}
