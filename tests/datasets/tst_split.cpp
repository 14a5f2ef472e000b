#include "base/error.h"
#include "base/files.h"
#include "datasets/labelled_data.h"
#include "datasets/text_folding.h"

#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace triptych;

class SplitTest : public QObject {
    Q_OBJECT
    static std::vector<Example> balanced(int labels, int rows) {
        std::vector<Example> examples;
        for (int i = 0; i < labels * rows; ++i) {
            const int label = i % labels;
            examples.push_back({"text " + std::to_string(i), "label " + std::to_string(label), Split::Train, i + 1});
        }
        return examples;
    }
    static std::array<int, 3> counts(const std::vector<Example>& examples, const std::string& label = {}) {
        std::array<int, 3> result{};
        for (const Example& example : examples) {
            if (label.empty() || example.label == label)
                ++result[static_cast<std::size_t>(example.split)];
        }
        return result;
    }

private Q_SLOTS:
    void sharesHoldForTheWholeAndForEachLabel() {
        auto examples = balanced(10, 100);
        splitStratified(examples, {}, 13);
        QCOMPARE(counts(examples), (std::array<int, 3>{800, 100, 100}));
        for (int label = 0; label < 10; ++label)
            QCOMPARE(counts(examples, "label " + std::to_string(label)), (std::array<int, 3>{80, 10, 10}));
    }
    void smallLabelsReachEveryPart() {
        auto examples = balanced(7, 3);
        splitStratified(examples, {}, 13);
        for (int label = 0; label < 7; ++label)
            QCOMPARE(counts(examples, "label " + std::to_string(label)), (std::array<int, 3>{1, 1, 1}));
    }
    void singleRowsOfALabelAreLearnt() {
        auto examples = balanced(50, 10);
        for (int i = 0; i < 20; ++i)
            examples.push_back({"lonely " + std::to_string(i), "only " + std::to_string(i), Split::Train, 0});
        splitStratified(examples, {}, 13);
        for (int i = 0; i < 20; ++i)
            QCOMPARE(counts(examples, "only " + std::to_string(i)), (std::array<int, 3>{1, 0, 0}));
    }
    void identicalTextsStayTogether() {
        auto examples = balanced(4, 50);
        for (int i = 0; i < 100; ++i)
            examples.push_back({(i % 2 ? "  TEXT " : "text ") + std::to_string(i), i % 3 ? "label 0" : "label 1", Split::Train, 0});
        splitStratified(examples, {}, 5);
        std::map<std::string, std::set<Split>> where;
        for (const Example& example : examples)
            where[foldedText(example.text)].insert(example.split);
        for (const auto& [text, splits] : where)
            QVERIFY2(splits.size() == 1, text.c_str());
        const auto report = findDuplicates(examples);
        QCOMPARE(report.train_dev + report.train_test + report.dev_test, std::int64_t(0));
    }
    void sameSeedSameSplit() {
        auto one = balanced(5, 40), two = one, other = one;
        splitStratified(one, {}, 1);
        splitStratified(two, {}, 1);
        splitStratified(other, {}, 2);
        QCOMPARE(contentHash(one), contentHash(two));
        QVERIFY(contentHash(one) != contentHash(other));
    }
    void partsWithoutAShareStayEmpty() {
        auto examples = balanced(5, 40);
        splitStratified(examples, parseSplitShares("train=0.75,test=0.25"), 1);
        QCOMPARE(counts(examples), (std::array<int, 3>{150, 0, 50}));
    }
    void emptyPartIsRefusedByName() {
        auto examples = balanced(1, 2);
        try {
            splitStratified(examples, {}, 1);
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidInput));
            QVERIFY2(error.message().find("'dev'") != std::string::npos || error.message().find("'test'") != std::string::npos, error.what());
        }
    }
    void sharesAreParsedStrictly_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "train=0.8", "train=0.8,dev=0.3", "train=1,train=0", "train=x", "fit=1", "train=0.5,test=0.5,", "train=nan,test=1", "train=2,test=-1"})
            QTest::newRow(*text ? text : "empty") << QString::fromLatin1(text);
    }
    void sharesAreParsedStrictly() {
        QFETCH(QString, text);
        QVERIFY_EXCEPTION_THROWN(parseSplitShares(text.toStdString()), Error);
    }
    void sharesMayLeaveAPartOut() {
        const SplitShares shares = parseSplitShares(" train=0.9, test=0.1 ");
        QCOMPARE(shares.train, 0.9);
        QCOMPARE(shares.dev, 0.0);
        QCOMPARE(shares.test, 0.1);
    }
    void duplicatesAreCountedAfterFolding() {
        const std::vector<Example> examples = {
            {"Straße  frei", "a", Split::Train, 1}, {"STRASSE frei ", "b", Split::Test, 2}, {"ÉTÉ", "a", Split::Dev, 3},
            {"été", "a", Split::Test, 4},           {"same", "a", Split::Train, 5},        {"same", "a", Split::Train, 6},
            {"你好　世界", "a", Split::Train, 7},   {"你好 世界", "a", Split::Dev, 8},      {"alone", "a", Split::Dev, 9},
        };
        const DuplicateReport report = findDuplicates(examples);
        QCOMPARE(report.train_test, std::int64_t(1));
        QCOMPARE(report.dev_test, std::int64_t(1));
        QCOMPARE(report.train_dev, std::int64_t(1));
        QCOMPARE(report.within, std::int64_t(1));
        QCOMPARE(report.conflicting, std::int64_t(1));
        QCOMPARE(report.samples, (std::vector<std::string>{"Straße  frei", "ÉTÉ", "你好　世界"}));
    }
    void examplesSurviveTheirFile() {
        QTemporaryDir dir;
        const std::filesystem::path path = dir.path().toStdString() + "/rows.jsonl";
        auto examples = balanced(3, 10);
        examples[0].text = "line\nend, \"quote\" 中文 \x01";
        splitStratified(examples, {}, 1);
        writeExamples(path, examples);
        const auto read = readExamples(path);
        QCOMPARE(contentHash(read), contentHash(examples));
        QCOMPARE(read[4].line, std::int64_t(5));
        atomicWrite(path, "{\"text\": \"a\", \"label\": \"b\", \"split\": \"train\"}\n{\"text\": 1}\n");
        try {
            readExamples(path);
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("line 2") != std::string::npos, error.what());
        }
    }
    void hashSeesFieldsNotTheirJoint() {
        const std::vector<Example> one = {{"ab", "c", Split::Train, 0}}, two = {{"a", "bc", Split::Train, 0}};
        QVERIFY(contentHash(one) != contentHash(two));
        const std::vector<Example> moved = {{"ab", "c", Split::Test, 0}};
        QVERIFY(contentHash(one) != contentHash(moved));
    }
    void labelsAreSorted() {
        QCOMPARE(distinctLabels({{"", "b", Split::Train, 0}, {"", "a", Split::Train, 0}, {"", "b", Split::Dev, 0}}), (std::vector<std::string>{"a", "b"}));
    }
    void quotedValuesAreCutAtACharacter() {
        const std::string cut = quotedValue(std::string(59, 'x') + "é and more");
        QVERIFY(!invalidUtf8At(cut));
        QCOMPARE(quotedValue("a\nb"), std::string("'a b'"));
        QCOMPARE(quotedValue("caf\xE9!"), std::string("'caf\xEF\xBF\xBD!'"));
    }
};

QTEST_GUILESS_MAIN(SplitTest)
#include "tst_split.moc"
