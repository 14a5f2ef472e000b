#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QHash>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

namespace {

struct Message {
    QString source, translation;
    bool unfinished = false;
    bool numerus = false;
};

/// By context, source and comment.
QHash<QString, Message> readTs(const QString& path) {
    QHash<QString, Message> messages;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return messages;
    QXmlStreamReader xml(&file);
    QString context, comment;
    Message message;
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isStartElement()) {
            const auto name = xml.name();
            if (name == QLatin1String("name")) {
                context = xml.readElementText();
            } else if (name == QLatin1String("message")) {
                message = {};
                comment.clear();
                message.numerus = xml.attributes().value(QLatin1String("numerus")) == QLatin1String("yes");
            } else if (name == QLatin1String("source")) {
                message.source = xml.readElementText();
            } else if (name == QLatin1String("comment")) {
                comment = xml.readElementText();
            } else if (name == QLatin1String("translation")) {
                message.unfinished = xml.attributes().hasAttribute(QLatin1String("type"));
                message.translation = xml.readElementText(QXmlStreamReader::IncludeChildElements).trimmed();
            }
        } else if (xml.isEndElement() && xml.name() == QLatin1String("message")) {
            messages.insert(context + u'|' + message.source + u'|' + comment, message);
        }
    }
    return messages;
}

QString tsFile(const char* language) { return QStringLiteral(TRIPTYCH_SOURCE_DIR "/translations/triptych_%1.ts").arg(QLatin1String(language)); }

QStringList places(const QString& text) {
    static const QRegularExpression pattern(QStringLiteral("%(L?[0-9]+|n)"));
    QStringList found;
    auto matches = pattern.globalMatch(text);
    while (matches.hasNext())
        found.append(matches.next().captured());
    found.removeDuplicates();
    found.sort();
    return found;
}

} // namespace

class Translations : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyStringOfTheSourcesStandsInTheFiles() {
        QTemporaryDir folder;
        const QString fresh = folder.filePath(QStringLiteral("triptych_zh_CN.ts"));
        QProcess lupdate;
        lupdate.start(QStringLiteral(LUPDATE), {QStringLiteral("-silent"), QStringLiteral("-locations"), QStringLiteral("none"), QStringLiteral("-no-obsolete"),
                                                QStringLiteral(TRIPTYCH_SOURCE_DIR "/ui"), QStringLiteral(TRIPTYCH_SOURCE_DIR "/app/triptych"),
                                                QStringLiteral("-ts"), fresh});
        QVERIFY2(lupdate.waitForFinished(120'000) && lupdate.exitCode() == 0, lupdate.readAllStandardError().constData());
        const auto wanted = readTs(fresh);
        QVERIFY(wanted.size() > 100);
        for (const char* language : {"zh_CN", "en"}) {
            const auto known = readTs(tsFile(language));
            QStringList missing;
            for (auto it = wanted.cbegin(); it != wanted.cend(); ++it) {
                if (!known.contains(it.key()))
                    missing.append(it.key());
            }
            QVERIFY2(missing.isEmpty(), qPrintable(QStringLiteral("%1 lacks, run the target update_translations:\n").arg(QLatin1String(language)) + missing.join(u'\n')));
        }
    }
    void contextsAreThoseOfTheRunningProgram() {
        // Where lupdate loses track of a namespace it files a class's strings under its bare name, and nobody finds them.
        QString sources;
        for (const char* folder : {"/ui", "/app/triptych"}) {
            QDirIterator it(QStringLiteral(TRIPTYCH_SOURCE_DIR) + QLatin1String(folder), {QStringLiteral("*.cpp"), QStringLiteral("*.h")},
                            QDir::Files, QDirIterator::Subdirectories);
            while (it.hasNext()) {
                QFile file(it.next());
                if (file.open(QIODevice::ReadOnly))
                    sources += QString::fromUtf8(file.readAll());
            }
        }
        const auto messages = readTs(tsFile("zh_CN"));
        for (auto message = messages.cbegin(); message != messages.cend(); ++message) {
            const QString context = message.key().section(u'|', 0, 0);
            QVERIFY2(context.contains(QLatin1String("::")) || sources.contains(QStringLiteral("translate(\"%1\"").arg(context)),
                     qPrintable(message.key()));
        }
    }
    void chineseIsFinished() {
        const auto messages = readTs(tsFile("zh_CN"));
        QVERIFY(!messages.isEmpty());
        QStringList open;
        for (const Message& message : messages) {
            if (message.unfinished || message.translation.isEmpty())
                open.append(message.source);
        }
        QVERIFY2(open.isEmpty(), qPrintable(open.join(u'\n')));
    }
    void chineseKeepsTheSamePlaces() {
        QStringList slips;
        for (const Message& message : readTs(tsFile("zh_CN"))) {
            if (places(message.source) != places(message.translation))
                slips.append(message.source + QStringLiteral("  ->  ") + message.translation);
        }
        QVERIFY2(slips.isEmpty(), qPrintable(slips.join(u'\n')));
    }
    void englishPluralsAreFinished() {
        QStringList open;
        for (const Message& message : readTs(tsFile("en"))) {
            if (message.numerus && (message.unfinished || message.translation.isEmpty()))
                open.append(message.source);
        }
        QVERIFY2(open.isEmpty(), qPrintable(open.join(u'\n')));
    }
};

QTEST_GUILESS_MAIN(Translations)
#include "tst_translations.moc"
