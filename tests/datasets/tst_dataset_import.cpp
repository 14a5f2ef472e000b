#include "base/error.h"
#include "base/files.h"
#include "datasets/dataset_check.h"
#include "datasets/dataset_import.h"

#include <QTemporaryDir>
#include <QTest>

using namespace triptych;

class DatasetImportTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;

    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        const auto path = std::filesystem::path(m_dir->path().toStdString()) / name;
        atomicWrite(path, bytes);
        return path;
    }
    Workspace workspace() const {
        const std::filesystem::path folder = m_dir->path().toStdString() + "/ws";
        return Workspace::exists(folder) ? Workspace::open(folder) : Workspace::create(folder);
    }
    static std::string table(int from, int to) {
        std::string bytes = "text,label\n";
        for (int i = from; i < to; ++i)
            bytes += "text " + std::to_string(i) + ",label " + std::to_string(i % 4) + "\n";
        return bytes;
    }
    static ImportRequest request(const std::string& name, const std::filesystem::path& file, std::optional<Split> into = std::nullopt) {
        ImportRequest result;
        result.name = name;
        result.file = file;
        result.into = into;
        return result;
    }
    static ImportResult import(Workspace& workspace, const ImportRequest& request) { return importDataset(workspace, request, nullProgress(), {}); }
    static Error errorOf(const std::function<void()>& body) {
        try {
            body();
        } catch (const Error& error) {
            return error;
        }
        return Error(ErrorCode::Internal, "no error");
    }
    static int code(ErrorCode value) { return static_cast<int>(value); }
    static QStringList codes(const DatasetCheck& check) {
        QStringList list;
        for (const Finding& finding : check.findings)
            list.append(QString::fromStdString(finding.code));
        return list;
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void importSplitsAndCounts() {
        Workspace ws = workspace();
        const auto result = import(ws, request("d", write("a.csv", table(0, 200) + "short\n")));
        QCOMPARE(result.rows, std::int64_t(201));
        QCOMPARE(result.accepted, std::int64_t(200));
        QCOMPARE(result.rejected, std::int64_t(1));
        QCOMPARE(result.problems.front().line, std::int64_t(202));
        QVERIFY(result.dataset.splits == Json({{"train", 160}, {"dev", 20}, {"test", 20}}));
        QCOMPARE(result.dataset.labels.size(), std::size_t(4));
        QCOMPARE(result.dataset.labels[0].at("count").get<int>(), 50);
        QCOMPARE(result.dataset.source.at("files")[0].at("rejected").get<int>(), 1);
        QCOMPARE(contentHash(loadExamples(ws, "d")), result.dataset.hash);
    }
    void aNameIsVisible() {
        Workspace ws = workspace();
        const auto file = write("a.csv", table(0, 20));
        for (const char* name : {"", "a ", "a\xE2\x80\xAE" "b", "a/b", "a\xFF"}) {
            const Error error = errorOf([&] { import(ws, request(name, file)); });
            QVERIFY2(error.code() == ErrorCode::InvalidArgument && error.message().find("cannot be the name of a data set: ") != std::string::npos, error.what());
        }
        QVERIFY(ws.datasets().empty());
    }
    void numberOutOfRangeRejectsItsRowAlone() {
        Workspace ws = workspace();
        std::string lines;
        for (int i = 0; i < 60; ++i)
            lines += "{\"text\": \"text " + std::to_string(i) + "\", \"label\": \"label " + std::to_string(i % 2) + "\", \"n\": " + (i == 7 ? "1e999" : "1") + "}\n";
        const auto result = import(ws, request("d", write("a.jsonl", lines)));
        QCOMPARE(result.accepted, std::int64_t(59));
        QCOMPARE(result.problems.at(0).line, std::int64_t(8));
    }
    void partsAreFilledFileByFile() {
        Workspace ws = workspace();
        import(ws, request("d", write("train.csv", table(0, 40)), Split::Train));
        const auto hash = ws.dataset("d")->hash;
        import(ws, request("d", write("more.csv", table(40, 60)), Split::Train));
        const auto result = import(ws, request("d", write("test.csv", table(60, 70)), Split::Test));
        QVERIFY(result.dataset.splits == Json({{"train", 60}, {"dev", 0}, {"test", 10}}));
        QVERIFY(result.dataset.hash != hash);
        QCOMPARE(result.rows, std::int64_t(10));
        QCOMPARE(ws.examples("d", "test")[0].text, std::string("text 60"));
        const Error again = errorOf([&] { import(ws, request("d", write("copy.csv", table(60, 70)), Split::Test)); });
        QCOMPARE(code(again.code()), code(ErrorCode::AlreadyExists));
        QCOMPARE(ws.dataset("d")->rows, std::int64_t(70));
    }
    void takenNameNeedsAPart() {
        Workspace ws = workspace();
        const auto file = write("a.csv", table(0, 50));
        import(ws, request("d", file));
        const Error error = errorOf([&] { import(ws, request("d", file)); });
        QCOMPARE(code(error.code()), code(ErrorCode::AlreadyExists));
        QVERIFY(error.hint().find("--into") != std::string::npos);
    }
    void failedImportChangesNothing_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("no column") << QStringLiteral("new") << QByteArray("id,question\n1,why\n");
        QTest::newRow("no usable row") << QStringLiteral("new") << QByteArray("text,label\nshort\nalso short\n");
        QTest::newRow("only a header") << QStringLiteral("new") << QByteArray("text,label\n");
        QTest::newRow("wrong encoding") << QStringLiteral("new") << QByteArray("text,label\n\xE9\xE8,x\n\xFA\xE9,y\n");
        QTest::newRow("name with a slash") << QStringLiteral("a/b") << QByteArray("text,label\na,x\n");
        QTest::newRow("empty name") << QString() << QByteArray("text,label\na,x\n");
    }
    void failedImportChangesNothing() {
        QFETCH(QString, name);
        QFETCH(QByteArray, bytes);
        Workspace ws = workspace();
        import(ws, request("old", write("old.csv", table(0, 50))));
        const auto hash = ws.dataset("old")->hash;
        QVERIFY_EXCEPTION_THROWN(import(ws, request(name.toStdString(), write("bad.csv", bytes.toStdString()))), Error);
        QCOMPARE(ws.datasets().size(), std::size_t(1));
        QCOMPARE(ws.dataset("old")->hash, hash);
        QCOMPARE(contentHash(loadExamples(ws, "old")), hash);
    }
    void splitThatWasAskedForIsDoneOrRefused() {
        Workspace ws = workspace();
        auto asked = request("d", write("a.csv", "text,label\na,x\nb,x\n"));
        asked.shares = SplitShares{};
        QCOMPARE(code(errorOf([&] { import(ws, asked); }).code()), code(ErrorCode::InvalidInput));
        QVERIFY(ws.datasets().empty());
        asked.shares.reset();
        QCOMPARE(import(ws, asked).accepted, std::int64_t(2));
        QVERIFY(codes(checkDataset(loadExamples(ws, "d"))).contains(QStringLiteral("no_test")));
    }
    void cancelledImportChangesNothing() {
        Workspace ws = workspace();
        std::stop_source stop;
        stop.request_stop();
        const auto asked = request("d", write("a.csv", table(0, 50)));
        QCOMPARE(code(errorOf([&] { importDataset(ws, asked, nullProgress(), stop.get_token()); }).code()), code(ErrorCode::Cancelled));
        QVERIFY(ws.datasets().empty());
    }
    void descriptionsOutliveFurtherFiles() {
        Workspace ws = workspace();
        auto first = request("d", write("a.csv", table(0, 8)), Split::Train);
        first.label_descriptions = readLabelDescriptions(write("labels.json", R"({"label 0": "nought", "label 1": {"name": "One", "description": "the one"}, "label 2": {"name": "Two"}})"));
        import(ws, first);
        const auto result = import(ws, request("d", write("b.csv", table(8, 16)), Split::Test));
        const auto descriptions = labelDescriptions(result.dataset);
        QCOMPARE(descriptions.size(), std::size_t(3));
        QCOMPARE(descriptions.at("label 1"), std::string("the one"));
        QCOMPARE(descriptions.at("label 2"), std::string("Two"));
        QVERIFY_EXCEPTION_THROWN(readLabelDescriptions(write("bad.json", R"({"a": 5})")), Error);
        QVERIFY_EXCEPTION_THROWN(readLabelDescriptions(write("list.json", "[]")), Error);
    }
    void checkSaysWhatIsWrong() {
        std::vector<Example> rows;
        for (int i = 0; i < 90; ++i)
            rows.push_back({"text " + std::to_string(i), "big", Split::Train, 0});
        rows.push_back({"lonely", "small", Split::Train, 0});
        rows.push_back({"TEXT 1", "big", Split::Test, 0});
        rows.push_back({"text 2", "new", Split::Test, 0});
        rows.push_back({"text 3", "big", Split::Train, 0});
        const DatasetCheck check = checkDataset(rows);
        QCOMPARE(codes(check), (QStringList{QStringLiteral("labels_without_train"), QStringLiteral("duplicates_across"), QStringLiteral("few_train_rows"),
                                            QStringLiteral("few_test_rows"), QStringLiteral("conflicting_labels"), QStringLiteral("no_dev"),
                                            QStringLiteral("imbalance"), QStringLiteral("duplicates_within")}));
        const Json json = datasetCheckToJson(check);
        QCOMPARE(json.at("duplicates").at("train_test").get<int>(), 2);
        QCOMPARE(json.at("labels").size(), std::size_t(3));
        QCOMPARE(json.at("splits").at("train").get<int>(), 92);
        for (const Json& finding : json.at("findings"))
            QVERIFY(!finding.at("text").get<std::string>().empty());
    }
    void checkOfGoodDataIsQuiet() {
        std::vector<Example> rows;
        for (int i = 0; i < 1000; ++i)
            rows.push_back({"text " + std::to_string(i), "label " + std::to_string(i % 4), Split::Train, 0});
        splitStratified(rows, {}, 1);
        QVERIFY(codes(checkDataset(rows)).isEmpty());
    }
    void checkSurvivesNoRows() {
        QCOMPARE(codes(checkDataset({})), (QStringList{QStringLiteral("no_train"), QStringLiteral("no_test"), QStringLiteral("one_label"), QStringLiteral("no_dev")}));
    }
};

QTEST_GUILESS_MAIN(DatasetImportTest)
#include "tst_dataset_import.moc"
