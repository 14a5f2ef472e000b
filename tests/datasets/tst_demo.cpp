#include "base/error.h"
#include "base/json.h"
#include "base/resources.h"
#include "datasets/dataset_import.h"
#include "datasets/demo.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <set>

using namespace triptych;

class DemoTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void demoBringsWhatItPromises() {
        QTemporaryDir dir;
        Workspace workspace = Workspace::create(dir.path().toStdString() + "/w");
        importDemo(workspace, nullProgress(), {});
        const auto dataset = workspace.dataset(kDemoDataset);
        QVERIFY(dataset.has_value());
        QVERIFY(dataset->rows >= 1500);
        QVERIFY(dataset->splits.at("test").get<int>() >= 300);
        QVERIFY(dataset->labels.size() >= 12);
        const auto descriptions = labelDescriptions(*dataset);
        QCOMPARE(descriptions.size(), dataset->labels.size());
        const DuplicateReport duplicates = findDuplicates(loadExamples(workspace, kDemoDataset));
        QCOMPARE(duplicates.train_test + duplicates.train_dev + duplicates.dev_test, std::int64_t(0));
        QCOMPARE(duplicates.conflicting, std::int64_t(0));
        QVERIFY_EXCEPTION_THROWN(importDemo(workspace, nullProgress(), {}), Error);
    }
    void everyLabelHasBothLanguagesAndRowsInBoth() {
        std::map<std::string, std::set<std::string>> languages;
        std::ifstream file(resourcePath("demo") / "messages.jsonl");
        for (std::string line; std::getline(file, line);) {
            const Json row = parseJson(line, "messages.jsonl");
            languages[row.at("label").get<std::string>()].insert(row.at("language").get<std::string>());
        }
        const Json labels = readJsonFile(resourcePath("demo") / "labels.json");
        QCOMPARE(languages.size(), labels.size());
        for (const auto& [label, texts] : labels.items()) {
            QCOMPARE(languages[label], (std::set<std::string>{"en", "zh"}));
            for (const char* key : {"name", "description"}) {
                QVERIFY(!texts.at(key).at("en").get<std::string>().empty());
                QVERIFY(!texts.at(key).at("zh").get<std::string>().empty());
                QVERIFY(texts.at(key).at("en") != texts.at(key).at("zh"));
            }
        }
    }
    void everyDocumentHasItsTwin() {
        std::set<std::string> english, chinese;
        for (const auto& entry : std::filesystem::directory_iterator(resourcePath("demo/faq/en")))
            english.insert(entry.path().filename().string());
        for (const auto& entry : std::filesystem::directory_iterator(resourcePath("demo/faq/zh")))
            chinese.insert(entry.path().filename().string());
        QVERIFY(english.size() >= 10);
        QCOMPARE(english, chinese);
    }
};

QTEST_GUILESS_MAIN(DemoTest)
#include "tst_demo.moc"
