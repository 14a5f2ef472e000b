#include "base/error.h"
#include "datasets/retrieval_set.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace triptych;

class RetrievalSetTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    int m_folders = 0;

    std::filesystem::path folder(const std::vector<std::pair<const char*, std::string>>& files) {
        const std::filesystem::path path = m_dir.path().toStdString() + "/" + std::to_string(m_folders++);
        for (const auto& [name, bytes] : files) {
            std::filesystem::create_directories((path / name).parent_path());
            std::ofstream(path / name, std::ios::binary) << bytes;
        }
        return path;
    }
    static constexpr const char* kCorpus = "{\"_id\": \"d1\", \"title\": \"Wings\", \"text\": \"lift\"}\n"
                                           "{\"_id\": 2, \"title\": \"\", \"text\": \"drag\"}\n"
                                           "{\"_id\": \"d3\", \"text\": \"\"}\n";
    static constexpr const char* kQueries = "{\"_id\": \"q1\", \"text\": \"what lifts\"}\n{\"_id\": \"q2\", \"text\": \"what drags\"}\n";

    template <typename Call> static std::string messageOf(Call call) {
        try {
            call();
        } catch (const Error& error) {
            return error.message();
        }
        return {};
    }

private Q_SLOTS:
    void beirJudgments_data() {
        QTest::addColumn<std::string>("name");
        QTest::addColumn<std::string>("judgments");
        const auto row = [](const char* tag, const std::string& name, const std::string& judgments) { QTest::newRow(tag) << name << judgments; };
        row("headings", "qrels.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t2\nq2\t2\t0\nq9\td1\t1\n");
        row("no headings, CR LF", "qrels.tsv", "q1\td1\t2\r\nq2\t2\t0\r\n");
        row("four columns", "qrels/test.tsv", "q1\t0\td1\t2\nq2\t0\t2\t0\n");
        row("TREC with blanks", "qrels/dev.tsv", "q1 0 d1 2\nq2 0  2 0\n\n");
        row("scores with a point", "qrels.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t2.0\nq2\t2\t0.0");
    }
    void beirJudgments() {
        QFETCH(std::string, name);
        QFETCH(std::string, judgments);
        const RetrievalSet set = readBeir(folder({{"corpus.jsonl", kCorpus}, {"queries.jsonl", kQueries}, {name.c_str(), judgments}}));
        QCOMPARE(set.documents.size(), std::size_t(3));
        QCOMPARE(set.documents[0].text, std::string("Wings. lift"));
        QCOMPARE(set.documents[1].name, std::string("2"));
        QCOMPARE(set.documents[1].text, std::string("drag"));
        QCOMPARE(set.documents[2].text, std::string());
        QCOMPARE(set.queries.size(), std::size_t(2));
        QCOMPARE(set.queries[0].judgments, (Judgments{{"d1", 2}}));
        QCOMPARE(set.queries[1].judgments, (Judgments{{"2", 0}}));
    }
    void testJudgmentsGoBeforeOthers() {
        const auto set = readBeir(folder({{"corpus.jsonl", kCorpus}, {"queries.jsonl", kQueries}, {"qrels/train.tsv", "q1\td1\t1\n"}, {"qrels/test.tsv", "q2\td1\t1\n"}}));
        QVERIFY(set.queries[0].judgments.empty());
        QCOMPARE(set.queries[1].judgments.size(), std::size_t(1));
        const auto parts = readBeir(folder({{"corpus.jsonl", kCorpus}, {"queries.jsonl", kQueries}, {"qrels/train.tsv", "q1\td1\t1\n"}, {"qrels/dev.tsv", "q2\td1\t1\n"}}));
        QCOMPARE(parts.queries[0].judgments.size() + parts.queries[1].judgments.size(), std::size_t(2));
    }
    void brokenBeir_data() {
        QTest::addColumn<std::string>("corpus");
        QTest::addColumn<std::string>("queries");
        QTest::addColumn<std::string>("judgments");
        QTest::addColumn<std::string>("message"); ///< a part of it
        const std::string good = "q1\td1\t1\n";
        const auto row = [](const char* tag, const std::string& corpus, const std::string& queries, const std::string& judgments, const std::string& message) {
            QTest::newRow(tag) << corpus << queries << judgments << message;
        };
        row("cut off", "{\"_id\": \"d1\", \"te", kQueries, good, "corpus.jsonl', line 1");
        row("not an object", "[1]", kQueries, good, "line 1");
        row("no id", "{\"text\": \"x\"}", kQueries, good, "'_id'");
        row("no text", "{\"_id\": \"x\"}", kQueries, good, "'text'");
        row("title of another type", "{\"_id\": \"x\", \"title\": 3, \"text\": \"\"}", kQueries, good, "'title'");
        row("id twice", "{\"_id\": \"x\", \"text\": \"\"}\n\n{\"_id\": \"x\", \"text\": \"\"}", kQueries, good, "line 3: the _id 'x' is that of line 1");
        row("queries deep", kCorpus, std::string(100'000, '['), good, "queries.jsonl', line 1");
        row("one column", kCorpus, kQueries, "head\tings\tx\nq1\n", "qrels.tsv', line 2: it has 1 columns");
        row("score no number", kCorpus, kQueries, "a\tb\tc\nq1\td1\tvery\n", "line 2: the score 'very'");
        row("score not finite", kCorpus, kQueries, "a\tb\tc\nq1\td1\tinf\n", "line 2");
        row("binary", "\x7f" "ELF\x02\x01", kQueries, good, "corpus.jsonl");
    }
    void brokenBeir() {
        QFETCH(std::string, corpus);
        QFETCH(std::string, queries);
        QFETCH(std::string, judgments);
        QFETCH(std::string, message);
        const auto path = folder({{"corpus.jsonl", corpus}, {"queries.jsonl", queries}, {"qrels.tsv", judgments}});
        const std::string said = messageOf([&] { readBeir(path); });
        QVERIFY2(said.find(message) != std::string::npos, said.c_str());
    }
    void missingFilesAreNamed() {
        QVERIFY(messageOf([&] { readBeir(folder({{"corpus.jsonl", kCorpus}})); }).find("queries.jsonl") != std::string::npos);
        QVERIFY(messageOf([&] { readBeir(folder({{"corpus.jsonl", kCorpus}, {"queries.jsonl", kQueries}})); }).find("qrels") != std::string::npos);
        QVERIFY(messageOf([&] { readSquad("/nowhere/squad.json"); }).find("/nowhere/squad.json") != std::string::npos);
    }

    void squadParagraphsAreDocuments() {
        const auto path = folder({{"s.json", R"({"version": "v2.0", "data": [
            {"title": "T", "paragraphs": [{"context": "one", "qas": [{"id": "a", "question": "A?", "is_impossible": false, "answers": []},
                                                                     {"id": "b", "question": "B?", "is_impossible": true, "answers": []}]},
                                          {"context": "two", "qas": []}]},
            {"title": "U", "paragraphs": []},
            {"title": "T", "paragraphs": [{"context": "three", "qas": [{"id": "c", "question": "C?", "answers": []}]}]}]})"}});
        const RetrievalSet set = readSquad(path / "s.json");
        QCOMPARE(set.documents.size(), std::size_t(3));
        QCOMPARE(set.documents[1].name, std::string("T/1"));
        QCOMPARE(set.documents[2].name, std::string("T/2"));
        QCOMPARE(set.documents[2].text, std::string("three"));
        QCOMPARE(set.queries.size(), std::size_t(3));
        QCOMPARE(set.queries[0].judgments, (Judgments{{"T/0", 1}}));
        QVERIFY(set.queries[1].judgments.empty());
        QCOMPARE(set.queries[2].judgments, (Judgments{{"T/2", 1}}));
    }
    void passagesMayComeFromAnotherFile() {
        const auto path = folder({{"en.json", R"({"data": [{"title": "E", "paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "A?"}, {"id": "z", "question": "Z?"}]}]}]})"},
                                  {"zh.json", R"({"data": [{"title": "Z", "paragraphs": [{"context": "一", "qas": []}, {"context": "二", "qas": [{"id": "a", "question": "甲"}]}]}]})"}});
        const RetrievalSet set = readSquad(path / "en.json", path / "zh.json");
        QCOMPARE(set.documents.size(), std::size_t(2));
        QCOMPARE(set.documents[1].text, std::string("二"));
        QCOMPARE(set.queries.size(), std::size_t(2));
        QCOMPARE(set.queries[0].text, std::string("A?"));
        QCOMPARE(set.queries[0].judgments, (Judgments{{"Z/1", 1}}));
        QVERIFY(set.queries[1].judgments.empty());
    }
    void brokenSquad_data() {
        QTest::addColumn<std::string>("json");
        QTest::addColumn<std::string>("message");
        const auto row = [](const char* tag, const std::string& json, const std::string& message) { QTest::newRow(tag) << json << message; };
        row("empty", "", "s.json");
        row("list", "[]", "it has no list 'data'");
        row("data a text", R"({"data": "x"})", "it has no list 'data'");
        row("article a number", R"({"data": [1]})", "data[0] has no list 'paragraphs'");
        row("no context", R"({"data": [{"paragraphs": [{"qas": []}]}]})", "data[0].paragraphs[0] has no text 'context'");
        row("title a number", R"({"data": [{"title": 1, "paragraphs": []}]})", "no text 'title'");
        row("question a number", R"({"data": [{"paragraphs": [{"context": "", "qas": [{"id": "1", "question": 1}]}]}]})", "qas[0] has no text 'question'");
        row("id twice", R"({"data": [{"paragraphs": [{"context": "", "qas": [{"id": "1", "question": ""}, {"id": "1", "question": ""}]}]}]})", "qas[1] has the id '1'");
        row("deep", std::string(1'000'000, '['), "s.json");
    }
    void brokenSquad() {
        QFETCH(std::string, json);
        QFETCH(std::string, message);
        const auto path = folder({{"s.json", json}});
        const std::string said = messageOf([&] { readSquad(path / "s.json"); });
        QVERIFY2(said.find(message) != std::string::npos, said.c_str());
    }
    void samplesAreSpreadEvenly() {
        RetrievalSet set;
        for (int i = 0; i < 10; ++i)
            set.queries.push_back({std::to_string(i), "", {}});
        RetrievalSet four = set;
        sampleQueries(four, 4);
        std::string ids;
        for (const auto& query : four.queries)
            ids += query.id;
        QCOMPARE(ids, std::string("0257"));
        sampleQueries(set, 10);
        QCOMPARE(set.queries.size(), std::size_t(10));
        QCOMPARE(set.queries[9].id, std::string("9"));
    }
};

QTEST_APPLESS_MAIN(RetrievalSetTest)
#include "tst_retrieval_set.moc"
