#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

/// Reads the include lines of the whole tree and holds them against the arrows of the architecture:
/// app -> ui -> base library, app -> engine library -> base library; inside core a folder includes only
/// the folders before it; the engine never sees Qt; the window never sees the engine or LibTorch.
class IncludeArrows : public QObject {
    Q_OBJECT
private:
    static QStringList baseFolders() {
        return {QStringLiteral("base"), QStringLiteral("formats"), QStringLiteral("storage"), QStringLiteral("text"),
                QStringLiteral("metrics"), QStringLiteral("datasets"), QStringLiteral("documents"),
                QStringLiteral("knowledge"), QStringLiteral("selection"), QStringLiteral("jobs")};
    }
    static QStringList engineFolders() {
        return {QStringLiteral("models"), QStringLiteral("interop"), QStringLiteral("prediction"), QStringLiteral("generation"),
                QStringLiteral("training"), QStringLiteral("distillation"), QStringLiteral("pipeline")};
    }
    struct Include {
        QString file, target;
        int line;
        bool quoted;
    };
    static QList<Include> includesBelow(const QString& folder) {
        static const QRegularExpression pattern(QStringLiteral("^\\s*#\\s*include\\s*([<\"])([^>\"]+)[>\"]"));
        QList<Include> result;
        const QString root = QStringLiteral(TRIPTYCH_SOURCE_DIR) + QLatin1Char('/') + folder;
        QDirIterator it(root, {QStringLiteral("*.cpp"), QStringLiteral("*.h")}, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            if (!file.open(QIODevice::ReadOnly))
                continue;
            int line = 0;
            while (!file.atEnd()) {
                ++line;
                const auto match = pattern.match(QString::fromUtf8(file.readLine()));
                if (match.hasMatch())
                    result.append({it.filePath(), match.captured(2), line, match.captured(1) == QLatin1String("\"")});
            }
        }
        return result;
    }
    static QString where(const Include& include) {
        return QStringLiteral("%1:%2 includes %3").arg(include.file).arg(include.line).arg(include.target);
    }
    static bool isQt(const QString& target) {
        static const QRegularExpression pattern(QStringLiteral("^(Qt[A-Z]\\w*/|Q[A-Z])"));
        return pattern.match(target).hasMatch();
    }
    static bool isTorch(const QString& target) {
        static const QRegularExpression pattern(QStringLiteral("^(torch|ATen|c10)/"));
        return pattern.match(target).hasMatch();
    }

private Q_SLOTS:
    void coreFoldersIncludeOnlyFoldersBeforeThem() {
        const QStringList order = baseFolders() + engineFolders();
        QStringList slips;
        for (const QString& folder : QDir(QStringLiteral(TRIPTYCH_SOURCE_DIR "/core")).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            if (!order.contains(folder))
                slips.append(QStringLiteral("core/%1 has no place in the order").arg(folder));
        }
        for (int i = 0; i < order.size(); ++i) {
            for (const Include& include : includesBelow(QStringLiteral("core/") + order[i])) {
                const int target = static_cast<int>(order.indexOf(include.target.section(QLatin1Char('/'), 0, 0)));
                if (target > i || (include.quoted && target < 0))
                    slips.append(where(include));
            }
        }
        QVERIFY2(slips.isEmpty(), qPrintable(slips.join(QLatin1Char('\n'))));
    }
    void coreNeverIncludesQt() {
        QStringList slips;
        for (const Include& include : includesBelow(QStringLiteral("core"))) {
            if (isQt(include.target))
                slips.append(where(include));
        }
        QVERIFY2(slips.isEmpty(), qPrintable(slips.join(QLatin1Char('\n'))));
    }
    void torchStaysInTheEngineLibrary() {
        QStringList slips;
        QList<Include> includes = includesBelow(QStringLiteral("ui")) + includesBelow(QStringLiteral("app/triptych"));
        for (const QString& folder : baseFolders())
            includes += includesBelow(QStringLiteral("core/") + folder);
        for (const Include& include : includes) {
            if (isTorch(include.target))
                slips.append(where(include));
        }
        QVERIFY2(slips.isEmpty(), qPrintable(slips.join(QLatin1Char('\n'))));
    }
    void windowNeverIncludesTheEngine() {
        QStringList slips;
        const QStringList engine = engineFolders();
        for (const Include& include : includesBelow(QStringLiteral("ui")) + includesBelow(QStringLiteral("app/triptych"))) {
            if (engine.contains(include.target.section(QLatin1Char('/'), 0, 0)))
                slips.append(where(include));
        }
        QVERIFY2(slips.isEmpty(), qPrintable(slips.join(QLatin1Char('\n'))));
    }
    void thirdPartyHeadersStayBehindTheirFolder_data() {
        QTest::addColumn<QString>("header");
        QTest::addColumn<QString>("owner");
        QTest::newRow("hnswlib") << QStringLiteral("hnswlib/") << QStringLiteral("core/knowledge/");
        QTest::newRow("libxml2") << QStringLiteral("libxml/") << QStringLiteral("core/documents/");
        QTest::newRow("Poppler") << QStringLiteral("poppler-") << QStringLiteral("core/documents/");
        QTest::newRow("MD4C") << QStringLiteral("md4c") << QStringLiteral("core/documents/");
        QTest::newRow("SQLiteCpp") << QStringLiteral("SQLiteCpp/") << QStringLiteral("core/storage/");
        QTest::newRow("sqlite3") << QStringLiteral("sqlite3.h") << QStringLiteral("core/storage/");
        QTest::newRow("QCustomPlot") << QStringLiteral("qcustomplot.h") << QStringLiteral("ui/charts/");
    }
    void thirdPartyHeadersStayBehindTheirFolder() {
        QFETCH(QString, header);
        QFETCH(QString, owner);
        QStringList slips;
        for (const Include& include : includesBelow(QStringLiteral("core")) + includesBelow(QStringLiteral("ui")) + includesBelow(QStringLiteral("app"))) {
            const QString inTree = include.file.mid(static_cast<int>(QStringLiteral(TRIPTYCH_SOURCE_DIR).size()) + 1);
            if (include.target.startsWith(header) && !inTree.startsWith(owner))
                slips.append(where(include));
        }
        QVERIFY2(slips.isEmpty(), qPrintable(slips.join(QLatin1Char('\n'))));
    }
    void theTreeIsReallyRead() { QVERIFY(includesBelow(QStringLiteral("core")).size() > 20); }
};

QTEST_GUILESS_MAIN(IncludeArrows)
#include "tst_include_arrows.moc"
