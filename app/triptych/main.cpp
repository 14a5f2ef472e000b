#include "base/error.h"
#include "base/processor.h"
#include "screenshots.h"
#include "self_measure.h"
#include "storage/workspace.h"
#include "window_setup.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>

#include <cstdio>
#include <exception>
#include <string_view>

namespace {

constexpr int kMostIngestSeconds = 1200;

int wrongUsage(const QString& sentence) {
    std::fprintf(stderr, "triptych: %s\nSee triptych --help.\n", qPrintable(sentence));
    return 2;
}

bool hasDisplay() { return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY"); }

/// Platform and scale must be known before the application object is, hence before the parser. Empty if the
/// option is absent, "=" if it stands without a value.
QString rawOption(int argc, char** argv, std::string_view option) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word(argv[i]);
        if (word == option)
            return i + 1 < argc ? QString::fromLocal8Bit(argv[i + 1]) : QStringLiteral("=");
        if (word.size() > option.size() && word.starts_with(option) && word[option.size()] == '=')
            return QString::fromLocal8Bit(argv[i] + option.size() + 1);
    }
    return {};
}

bool hasOption(int argc, char** argv, std::string_view option) { return !rawOption(argc, argv, option).isNull(); }

int run(int argc, char** argv) {
    if (hasOption(argc, argv, "--synthetic-worker"))
        return runSyntheticWorker(QString::fromLocal8Bit(argv[argc - 1]));
    const bool pictures = hasOption(argc, argv, "--screenshots");
    if (pictures) {
        const QString scale = rawOption(argc, argv, "--scale");
        if (!scale.isEmpty() && scale != QLatin1String("1") && scale != QLatin1String("2"))
            return wrongUsage(QStringLiteral("--scale takes 1 or 2, not '%1'").arg(scale));
        if (!scale.isEmpty())
            qputenv("QT_SCALE_FACTOR", scale.toLatin1());
    }
    if (!hasDisplay() && !qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) {
        const bool needsNone = pictures || hasOption(argc, argv, "--help") || hasOption(argc, argv, "--version")
                               || hasOption(argc, argv, "--self-measure");
        if (!needsNone) {
            std::fprintf(stderr, "triptych: there is no display. Everything the window does, triptych-cli does too; "
                                 "triptych --screenshots DIR takes pictures of the pages without a display.\n");
            return 1;
        }
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    QCoreApplication::setApplicationVersion(QStringLiteral(TRIPTYCH_VERSION));
    setUpApplication();

    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Measures retrieval, fine-tuning and distillation on your own labelled data and says which to use."));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption workspace(QStringLiteral("workspace"), QStringLiteral("Opens the workspace in DIR."), QStringLiteral("DIR"));
    const QCommandLineOption screenshots(QStringLiteral("screenshots"), QStringLiteral("Writes a picture of every page into DIR and quits."), QStringLiteral("DIR"));
    const QCommandLineOption pages(QStringLiteral("pages"), QStringLiteral("Only these pages, by id, separated by commas."), QStringLiteral("LIST"));
    const QCommandLineOption language(QStringLiteral("language"), QStringLiteral("en or zh."), QStringLiteral("LANGUAGE"));
    const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("light, dark or system."), QStringLiteral("THEME"));
    const QCommandLineOption scale(QStringLiteral("scale"), QStringLiteral("Pixels per point of the pictures: 1 or 2."), QStringLiteral("N"));
    const QCommandLineOption measure(QStringLiteral("self-measure"), QStringLiteral("Measures start, memory and stalls; prints JSON."));
    const QCommandLineOption seconds(QStringLiteral("seconds"), QStringLiteral("How long --self-measure watches for stalls; 0 skips it."), QStringLiteral("N"), QStringLiteral("60"));
    const QCommandLineOption starts(QStringLiteral("starts"), QStringLiteral("How many starts --self-measure takes."), QStringLiteral("N"), QStringLiteral("10"));
    const QCommandLineOption ingest(QStringLiteral("ingest"), QStringLiteral("With --self-measure: stalls while the documents of DIR become a knowledge base, nothing else."), QStringLiteral("DIR"));
    QCommandLineOption startPart(QStringLiteral("measure-start")), stallPart(QStringLiteral("measure-stall"));
    startPart.setFlags(QCommandLineOption::HiddenFromHelp);
    stallPart.setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOptions({workspace, screenshots, pages, language, theme, scale, measure, seconds, starts, ingest, startPart, stallPart});
    if (!parser.parse(QCoreApplication::arguments())) // process() ends with 1 there
        return wrongUsage(parser.errorText());
    parser.process(application);
    if (!parser.positionalArguments().isEmpty())
        return wrongUsage(QStringLiteral("'%1' is not understood").arg(parser.positionalArguments().first()));
    const LookOptions look{parser.value(language), parser.value(theme)};
    if (!look.language.isEmpty() && look.language != QLatin1String("en") && look.language != QLatin1String("zh"))
        return wrongUsage(QStringLiteral("--language takes en or zh, not '%1'").arg(look.language));
    if (!look.theme.isEmpty() && triptych::ui::themeChoiceName(triptych::ui::themeChoiceFromName(look.theme)) != look.theme)
        return wrongUsage(QStringLiteral("--theme takes light, dark or system, not '%1'").arg(look.theme));
    QString folder = parser.value(workspace);
    if (!folder.isEmpty())
        folder = QDir(folder).absolutePath();
    else if (triptych::Workspace::exists(QDir::currentPath().toStdString()))
        folder = QDir::currentPath();

    if (parser.isSet(startPart))
        return measureStart(folder);
    if (parser.isSet(stallPart))
        return measureStall(qMax(2, parser.value(seconds).toInt()));
    if (parser.isSet(measure) && parser.isSet(ingest))
        return measureIngest(QDir(parser.value(ingest)).absolutePath(), kMostIngestSeconds);
    if (parser.isSet(measure))
        return measureSelf(folder, qMax(1, parser.value(starts).toInt()), parser.value(seconds).toInt());
    if (parser.isSet(screenshots))
        return takeScreenshots({parser.value(screenshots), folder, parser.value(pages).split(u',', Qt::SkipEmptyParts), look});

    WindowSetup setup(triptych::ui::SessionStore::defaultFile(), look);
    setup.open(folder);
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    if (const char* problem = triptych::processorProblem()) {
        std::fprintf(stderr, "triptych: %s\n", problem);
        return 1;
    }
    try {
        return run(argc, argv);
    } catch (const triptych::Error& error) {
        std::fprintf(stderr, "triptych: %s\n%s\n", error.message().c_str(), error.hint().c_str());
        return 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "triptych: %s\n", error.what());
        return 1;
    }
}
