#include "base/files.h"
#include "storage/workspace.h"
#include "support/cli_run.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>

using namespace triptych;
using triptych::testing::CliResult;

/// Search, why, honesty, map, duplicates, statistics, preview, eval and sweep as scripts see them.
class CliKnowledgeSearchTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;

    CliResult kb(const QStringList& arguments, bool json = true) const {
        return triptych::testing::runCli(m_dir->path(), (json ? QStringList{QStringLiteral("--json")} : QStringList()) + QStringList{QStringLiteral("kb")} + arguments);
    }
    static QStringList words(const char* line) { return QString::fromUtf8(line).split(QLatin1Char(' '), Qt::SkipEmptyParts); }
    Json document(const QStringList& arguments) const {
        const CliResult result = kb(arguments);
        return result.exitCode == 0 ? result.json().value_or(Json()) : Json(result.errorCode().toStdString());
    }
    Json document(const char* line) const { return document(words(line)); }
    QString text(const char* line) const { return QString::fromUtf8(kb(words(line), false).out); }
    void write(const std::string& name, std::string_view bytes) const {
        const std::filesystem::path file = m_dir->path().toStdString() + "/" + name;
        std::filesystem::create_directories(file.parent_path());
        atomicWrite(file, bytes);
    }

private Q_SLOTS:
    void initTestCase() {
        m_dir = std::make_unique<QTemporaryDir>();
        Workspace::create(m_dir->path().toStdString());
        for (int i = 0; i < 12; ++i)
            write("docs/part" + std::to_string(i) + ".md", "# Part " + std::to_string(i) + "\n\nValve number " + std::to_string(i) + " of the pump is opened by lever " + std::to_string(i) + ".\n");
        write("docs/oven.txt", "The oven is cleaned with warm water.");
        write("docs/copy.txt", "The OVEN is cleaned\nwith warm water.");
        write("docs/kettle.md", "# Kettle\n\nThe kettle is descaled with vinegar, once a month.\n");
        write("docs/broken.pdf", "%PDF-1.4 cut off");
        write("squad.json", R"({"data": [{"title": "T", "paragraphs": [
            {"context": "The oven is cleaned with warm water.", "qas": [{"id": "1", "question": "How is the oven cleaned?", "answers": []}]},
            {"context": "The kettle is descaled with vinegar.", "qas": [{"id": "2", "question": "What descales a kettle?", "answers": []}]}]}]})");
        document("create m --embedder hashing");
        const Json added = document("add m docs");
        QVERIFY2(added.is_object(), added.dump().c_str());
        QCOMPARE(added.at("added").size(), std::size_t(15));
        document("create words --embedder none");
        document("add words docs");
    }

    void searchExplainsItself() {
        const Json found = document("search m vinegar -k 2 --explain --diversity 0.7 --neighbours 1");
        const Json& hit = found.at("hits").at(0);
        QVERIFY(hit.at("document") == "kettle.md" && hit.at("spans").size() == 1 && hit.at("terms")[0].at("term") == "vinegar" && hit.at("neighbours").is_array());
        const QString shown = text("search m vinegar -k 2 --explain");
        QVERIFY2(shown.contains(QLatin1String("cosine")) && shown.contains(QLatin1String("vinegar x1")), qPrintable(shown));
        QVERIFY(document("search m oven --since 2001-01-01").at("hits").size() >= 2);
        QVERIFY(document("search m oven --since 2999-01-01").at("hits").empty());
        QVERIFY(document("search m oven --since yesterday") == Json("invalid_argument"));
        QVERIFY(document("search words oven --mode dense") == Json("invalid_argument"));
        QVERIFY(document("search words oven").at("mode") == Json("lexical"));
    }
    void whyNamesTheRung() {
        const Json why = document("why m vinegar --document oven.txt -k 1");
        QCOMPARE(why.at("rungs").size(), std::size_t(10));
        QVERIFY2(why.at("broken").is_string() && why.at("rungs")[0].at("state") == "ok", why.dump().c_str());
        QVERIFY(document("why m vinegar --document kettle.md").at("broken") == Json());
        QVERIFY(document("why m anything --document broken.pdf").at("broken") == Json("parsed"));
        QVERIFY(document("why m anything --document none.txt").at("broken") == Json("in_base"));
        QVERIFY(document("why m vinegar --document kettle.md --type text").at("broken") == Json("filters"));
        QVERIFY(document("why m vinegar --document kettle.md --chunk 7") == Json("not_found"));
        const QString shown = text("why words sauna --document oven.txt");
        QVERIFY2(shown.contains(QLatin1String("words")) && shown.contains(QLatin1String("0 of the 1 words")), qPrintable(shown));
    }
    void honestySaysThatAllIsExact() {
        const Json honest = document("honesty m -k 5");
        QVERIFY(honest.at("graph") == false && honest.at("recall").at("value") == 1.0 && honest.at("frontier").empty());
        write("queries.txt", "oven water\n\nkettle vinegar\n");
        const Json forced = document("honesty m --queries queries.txt --forced -k 5");
        QVERIFY(forced.at("queries") == 2 && forced.at("forced") == true && !forced.at("frontier").empty());
        QVERIFY(text("honesty m").contains(QLatin1String("nothing is lost")));
        QVERIFY(document("honesty words") == Json("invalid_argument"));
    }
    void mapHasEveryChunk() {
        const Json map = document("map m --query oven");
        QVERIFY(map.at("shown") == map.at("total") && map.at("x").size() == map.at("chunks").size() && map.at("query").contains("x") && !map.at("hits").empty());
        QVERIFY(document("map words --most 5").at("shown") == 5);
        QVERIFY(text("map m").contains(QLatin1String("kettle.md")));
    }
    void duplicatesAreFound() {
        for (const char* line : {"duplicates m", "duplicates words"}) {
            const Json found = document(line);
            QVERIFY2(found.at("found").get<int>() >= 1, found.dump().c_str());
            const auto& groups = found.at("groups");
            QVERIFY(std::any_of(groups.begin(), groups.end(), [](const Json& group) { return group.at("exact") == true && group.at("chunks").size() == 2; }));
        }
        QCOMPARE(kb(words("duplicates m --threshold 0.3")).exitCode, 2);
    }
    void statisticsCount() {
        const Json counted = document("statistics m");
        QVERIFY(counted.at("documents") == 15 && counted.at("failed") == 1 && counted.at("types").at("markdown") == 13 && !counted.at("histogram").empty());
        QVERIFY(text("statistics m").contains(QLatin1String("markdown 13")));
    }
    void previewCuts() {
        const Json preview = document("preview docs/kettle.md --chunker sentence --chunk-size 16 --overlap 0");
        QVERIFY2(preview.at("chunks").size() >= 1 && preview.at("name") == "kettle.md" && preview.at("truncated") == false, preview.dump().c_str());
        QVERIFY(document("preview nowhere.txt") == Json("not_found"));
    }
    void evalKnowsSeveralModesAndTheCurve() {
        const Json all = document("eval m --squad squad.json --mode all --curve");
        QCOMPARE(all.at("results").size(), std::size_t(3));
        for (const char* mode : {"hybrid", "dense", "lexical"})
            QVERIFY(all.at("results").at(mode).at("curve").size() == 20 && all.at("results").at(mode).at("metrics").at("recall@1").at("value") == 1.0);
        const Json two = document("eval m --squad squad.json --mode dense --mode lexical");
        QVERIFY(two.at("results").size() == 2 && two.at("mode") == "dense" && !two.at("results").at("dense").contains("curve"));
        QVERIFY(document("eval words --squad squad.json --mode all").at("results").size() == 1);
        QVERIFY(text("eval m --squad squad.json --mode all --curve").contains(QLatin1String("recall@k")));
    }
    void sweepFindsTheBest() {
        const Json swept = document("sweep m --squad squad.json --chunk-sizes 16,32 --overlaps 0,8");
        QVERIFY2(swept.at("cells").size() == 3 && swept.at("best").contains("chunk_size"), swept.dump().c_str());
        QVERIFY(text("sweep m --squad squad.json --chunk-sizes 16,32 --overlaps 0,8").contains(QLatin1String("best: chunks of")));
        QVERIFY(document("sweep m --squad squad.json --chunk-sizes 16 --overlaps 8") == Json("invalid_argument"));
    }
};

QTEST_GUILESS_MAIN(CliKnowledgeSearchTest)
#include "tst_cli_kb_search.moc"
