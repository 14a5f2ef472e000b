#include "base/files.h"
#include "storage/workspace.h"
#include "support/cli_run.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace triptych;
using triptych::testing::CliResult;

class CliKnowledgeTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;

    CliResult kb(const QString& line) const {
        return triptych::testing::runCli(m_dir->path(), QStringList{QStringLiteral("--json"), QStringLiteral("kb")} + line.split(QLatin1Char(' '), Qt::SkipEmptyParts));
    }
    Json document(const QString& line) const {
        const CliResult result = kb(line);
        return result.exitCode == 0 ? result.json().value_or(Json()) : Json(result.errorCode().toStdString());
    }
    void write(const char* name, std::string_view bytes) const { atomicWrite(m_dir->path().toStdString() + "/docs/" + name, bytes); }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        Workspace::create(m_dir->path().toStdString());
        QDir(m_dir->path()).mkdir(QStringLiteral("docs"));
        write("oven.txt", "The oven is cleaned with warm water.");
        write("kettle.md", "# Kettle\n\nThe kettle is descaled with vinegar, once a month.\n");
    }

    void baseFromFolderToHits() {
        QCOMPARE(document(QStringLiteral("create manuals --embedder hashing")).at("documents").get<int>(), 0);
        const Json added = document(QStringLiteral("add manuals docs"));
        QVERIFY2(added.at("added") == Json({"kettle.md", "oven.txt"}) && added.at("failed").empty(), added.dump().c_str());
        const Json found = document(QStringLiteral("search manuals vinegar -k 1"));
        const Json& hit = found.at("hits").at(0);
        QCOMPARE(hit.at("document").get<std::string>(), std::string("kettle.md"));
        QCOMPARE(hit.at("chunk").get<int>(), 0);
        QCOMPARE(hit.at("lexical_rank").get<int>(), 1);
        QVERIFY(hit.at("end").get<int>() > hit.at("begin").get<int>() && hit.at("dense_rank").is_number() && hit.at("score").is_number());
        const Json info = document(QStringLiteral("info manuals"));
        QCOMPARE(info.at("documents").get<int>(), 2);
        QCOMPARE(info.at("embedder").get<std::string>(), std::string("hashing"));
        QVERIFY(info.at("dimension").get<int>() > 0 && info.at("bytes").get<int>() > 0 && info.at("generation").get<int>() > 0);
    }
    void syncSnapshotRollbackRemove() {
        document(QStringLiteral("create m --embedder hashing --chunker sentence"));
        document(QStringLiteral("add m docs"));
        document(QStringLiteral("snapshot m first"));
        write("oven.txt", "The oven is cleaned with soda.");
        QFile::remove(m_dir->path() + QStringLiteral("/docs/kettle.md"));
        write("broken.pdf", "%PDF-1.4 cut off");
        const Json synced = document(QStringLiteral("sync m"));
        QVERIFY2(synced.at("changed") == Json({"oven.txt"}) && synced.at("removed") == Json({"kettle.md"}), synced.dump().c_str());
        QCOMPARE(synced.at("failed").at(0).at("document").get<std::string>(), std::string("broken.pdf"));
        QVERIFY(!synced.at("failed").at(0).at("reason").get<std::string>().empty());
        QCOMPARE(document(QStringLiteral("rollback m first")).at("documents").get<int>(), 2);
        QVERIFY(document(QStringLiteral("search m vinegar --mode lexical")).at("hits").size() == 1);
        document(QStringLiteral("remove m kettle.md"));
        QVERIFY(document(QStringLiteral("search m vinegar --mode lexical")).at("hits").empty());
        QCOMPARE(document(QStringLiteral("list")).at("bases").size(), std::size_t(1));
        document(QStringLiteral("drop m"));
        QVERIFY(document(QStringLiteral("list")).at("bases").empty());
    }
    void evaluationMeasuresRetrieval() {
        write("squad.json", R"({"data": [{"title": "T", "paragraphs": [
            {"context": "The oven is cleaned with warm water.", "qas": [{"id": "1", "question": "How is the oven cleaned?", "answers": []}]},
            {"context": "The kettle is descaled with vinegar.", "qas": [{"id": "2", "question": "What descales a kettle?", "answers": []}]}]}]})");
        document(QStringLiteral("create m --embedder hashing --chunker none"));
        for (const char* mode : {"hybrid", "dense", "lexical"}) {
            const Json result = document(QStringLiteral("eval m --squad docs/squad.json --mode ") + QLatin1String(mode));
            QCOMPARE(result.at("queries").get<int>(), 2);
            for (const char* metric : {"recall@1", "recall@5", "recall@10", "recall@20", "mrr@10", "ndcg@10"})
                QVERIFY2(result.at("metrics").at(metric).at("value").get<double>() == 1, result.dump().c_str());
        }
        QCOMPARE(document(QStringLiteral("info m")).at("documents").get<int>(), 0); // the base is as it was
    }
    void whatCannotBeIsSaid() {
        QCOMPARE(kb(QStringLiteral("info none")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(kb(QStringLiteral("create a/b")).errorCode(), QStringLiteral("invalid_argument"));
        QCOMPARE(kb(QStringLiteral("create m --embedder no-such-model")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(kb(QStringLiteral("create m --chunk-size 5")).exitCode, 2);
        document(QStringLiteral("create m --embedder none"));
        QCOMPARE(kb(QStringLiteral("create m")).errorCode(), QStringLiteral("already_exists"));
        QCOMPARE(kb(QStringLiteral("add m nowhere")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(kb(QStringLiteral("search m oven --mode dense")).errorCode(), QStringLiteral("invalid_argument"));
        QCOMPARE(kb(QStringLiteral("eval m")).errorCode(), QStringLiteral("invalid_argument"));
        QCOMPARE(kb(QStringLiteral("remove m nothing")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(kb(QStringLiteral("rollback m nothing")).errorCode(), QStringLiteral("not_found"));
    }
};

QTEST_GUILESS_MAIN(CliKnowledgeTest)
#include "tst_cli_kb.moc"
