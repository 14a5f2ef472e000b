#include "base/error.h"
#include "base/resources.h"
#include "selection/decision.h"

#include <QRegularExpression>
#include <QTest>

#include <set>

using namespace triptych;

class DecisionTreeTest : public QObject {
    Q_OBJECT
    static Json file() { return readJsonFile(std::string(TRIPTYCH_SOURCE_DIR) + "/resources/decision_tree.json"); }

    /// Calls `visit(path, pair)` for every text of the file.
    static void eachText(const Json& value, const std::string& path, const std::function<void(const std::string&, const Json&)>& visit) {
        if (value.is_object() && (value.contains("en") || value.contains("zh"))) {
            visit(path, value);
        } else if (value.is_structured()) {
            for (const auto& [key, entry] : value.items())
                eachText(entry, path + "/" + key, visit);
        }
    }
    static QStringList placesIn(const std::string& text) {
        static const QRegularExpression pattern(QStringLiteral("\\{[^}]*\\}"));
        QStringList places;
        for (auto it = pattern.globalMatch(QString::fromStdString(text)); it.hasNext();)
            places << it.next().captured();
        places.sort();
        return places;
    }
    static QString refusal(const Json& tree) {
        try {
            DecisionTree::fromJson(tree);
        } catch (const Error& error) {
            return QString::fromStdString(error.message());
        }
        return {};
    }

private Q_SLOTS:
    void everyTextHasBothLanguages() {
        int count = 0;
        eachText(file(), "", [&](const std::string& path, const Json& pair) {
            ++count;
            const char* where = path.c_str();
            QVERIFY2(pair.contains("en") && pair.contains("zh") && pair.size() == 2, where);
            QVERIFY2(!pair["en"].get<std::string>().empty() && !pair["zh"].get<std::string>().empty(), where);
            QVERIFY2(pair["en"] != pair["zh"], where);
            static const QRegularExpression chinese(QStringLiteral("\\p{Han}"));
            // A heading may be the same measure in both; it must still be said in Chinese somewhere.
            QVERIFY2(QString::fromStdString(pair["zh"]).contains(chinese), where);
            QVERIFY2(!QString::fromStdString(pair["en"]).contains(chinese), where);
            QVERIFY2(placesIn(pair["en"]) == placesIn(pair["zh"]), where);
        });
        QVERIFY(count > 60);
    }
    void everyPlaceHasAKnownForm() {
        const QStringList forms = {QStringLiteral("text"), QStringLiteral("count"), QStringLiteral("number"), QStringLiteral("percent"),
                                   QStringLiteral("points"), QStringLiteral("gap"), QStringLiteral("bytes"), QStringLiteral("ms"), QStringLiteral("technique"),
                                   QStringLiteral("techniques"), QStringLiteral("question"), QStringLiteral("answer"), QStringLiteral("confidence")};
        eachText(file(), "", [&](const std::string& path, const Json& pair) {
            for (const QString& place : placesIn(pair["en"]))
                QVERIFY2(forms.contains(place.mid(1, place.size() - 2).section(QLatin1Char(':'), 1)), path.c_str());
        });
    }
    void productTreeLoads() {
        const DecisionTree tree = DecisionTree::load();
        QCOMPARE(dumpJson(tree.json()), dumpJson(file()));
    }
    void everyAnswerReachesItsLeaf_data() {
        QTest::addColumn<QString>("yes");
        QTest::addColumn<QString>("leads");
        QTest::addColumn<int>("steps");
        const auto row = [](const char* yes, const char* leads, int steps) {
            QTest::newRow(yes) << QString::fromUtf8(yes) << QString::fromUtf8(leads) << steps;
        };
        row("", "rag", 4);
        row("zero", "zero_shot", 4);
        row("small", "distill", 3);
        row("labels", "fine_tune", 3);
        row("labels small", "distill", 3);
        row("fresh", "rag", 3);
        row("fresh small", "rag distill", 3);
        row("fresh labels", "rag fine_tune", 3);
        row("fresh labels small", "rag distill", 3);
        row("fresh labels small zero", "rag distill", 3);
    }
    void everyAnswerReachesItsLeaf() {
        QFETCH(QString, yes);
        QFETCH(QString, leads);
        QFETCH(int, steps);
        const auto walk = DecisionTree::load().walk({{"knowledge_must_be_fresh", yes.contains(QLatin1String("fresh"))},
                                                     {"enough_labels", yes.contains(QLatin1String("labels"))},
                                                     {"must_be_small", yes.contains(QLatin1String("small"))},
                                                     {"zero_shot_good_enough", yes.contains(QLatin1String("zero"))}});
        QStringList names;
        for (const Technique technique : walk.techniques)
            names << QString::fromStdString(std::string(techniqueName(technique)));
        QCOMPARE(names.join(QLatin1Char(' ')), leads);
        QCOMPARE(walk.path.size(), std::size_t(steps));
    }
    void faultNamesItsPlace_data() {
        QTest::addColumn<QString>("pointer");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("named");
        const auto row = [](const char* pointer, const char* value, const char* named) {
            QTest::addRow("%s := %s", pointer, value) << QString::fromUtf8(pointer) << QString::fromUtf8(value) << QString::fromUtf8(named);
        };
        row("/nodes/1/yes/adds", "\"magic\"", "magic");
        row("/nodes/1/yes/next", "\"nowhere\"", "enough_labels");
        row("/nodes/2/no/next", "\"knowledge_must_be_fresh\"", "circle");
        row("/nodes/0/id", "\"enough_labels\"", "enough_labels");
        row("/nodes/3/question/zh", "\"\"", "zero_shot_good_enough");
        row("/nodes/3/question", "7", "question");
        row("/texts/leaf", "{\"en\": \"x\"}", "texts.leaf");
        row("/leaves/3", "{}", "leaf");
        row("/leaves/3/techniques", "[\"hybrid\"]", "no leaf");
        row("/rules/0/if", "5", "rule");
        row("/thresholds/zero_shot_margin", "\"much\"", "zero_shot_margin");
        row("/defaults/must_be_small", "null", "must_be_small");
        row("/techniques", "{}", "zero_shot");
        row("/root", "\"x\"", "root");
        row("/version", "2", "version");
        row("/nodes", "[]", "knowledge_must_be_fresh");
    }
    void faultNamesItsPlace() {
        QFETCH(QString, pointer);
        QFETCH(QString, value);
        QFETCH(QString, named);
        Json tree = file();
        tree[Json::json_pointer(pointer.toStdString())] = Json::parse(value.toStdString());
        const QString message = refusal(tree);
        QVERIFY2(message.contains(named) && !message.isEmpty(), qPrintable(message));
    }
    void sentencesTakeTheirValues() {
        const DecisionTree tree = DecisionTree::load();
        const Json values = {{"techniques", {"rag", "fine_tune"}}};
        QCOMPARE(QString::fromStdString(tree.sentence("leaf", values, "en")), QStringLiteral("The tree leads to retrieval (RAG) + fine-tuning."));
        QCOMPARE(QString::fromStdString(tree.sentence("leaf", values, "zh")), QString::fromUtf8("决策树指向检索（RAG） + 微调。"));
        QVERIFY(tree.sentence("leaf", Json::object(), "en").find("–") != std::string::npos);
        QVERIFY_EXCEPTION_THROWN(tree.sentence("no_such_text", values, "en"), Error);
        QVERIFY_EXCEPTION_THROWN(tree.sentence("leaf", values, "fr"), Error);
    }
    void answersSurviveJson() {
        const Json json = {{"knowledge_must_be_fresh", true}, {"update_interval_days", 7.0}, {"enough_labels", false}, {"must_be_small", true},
                           {"max_bytes", 5e7}, {"max_latency_ms", 20.0}, {"zero_shot_good_enough", false}};
        QCOMPARE(dumpJson(answersToJson(answersFromJson(json))), dumpJson(json));
        QCOMPARE(dumpJson(answersToJson(answersFromJson(Json{{"max_bytes", nullptr}}))), std::string("{}"));
    }
    void badAnswerNamesItsKey_data() {
        QTest::addColumn<QString>("json");
        QTest::newRow("unknown") << QStringLiteral("{\"must_be_cheap\": true}");
        QTest::newRow("word") << QStringLiteral("{\"must_be_small\": \"yes\"}");
        QTest::newRow("number for yes") << QStringLiteral("{\"enough_labels\": 1}");
        QTest::newRow("negative") << QStringLiteral("{\"max_bytes\": -5}");
        QTest::newRow("zero") << QStringLiteral("{\"max_latency_ms\": 0}");
        QTest::newRow("text for number") << QStringLiteral("{\"update_interval_days\": \"weekly\"}");
    }
    void badAnswerNamesItsKey() {
        QFETCH(QString, json);
        const Json value = Json::parse(json.toStdString());
        try {
            answersFromJson(value);
            QFAIL("no error");
        } catch (const Error& error) {
            QCOMPARE(static_cast<int>(error.code()), static_cast<int>(ErrorCode::InvalidInput));
            QVERIFY(error.message().find(value.begin().key()) != std::string::npos);
        }
        QVERIFY_EXCEPTION_THROWN(answersFromJson(Json::array()), Error);
    }
};

QTEST_GUILESS_MAIN(DecisionTreeTest)
#include "tst_decision_tree.moc"
