// 300 nasty texts against the `tokenizers` library: tests/data/tokenizers/make_tokenizers.py made the expectations.

#include "reference_texts.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace triptych;

class ReferenceTokenizersTest : public QObject {
    Q_OBJECT
    /// TRIPTYCH_REFERENCE_TOKENIZER_FOLDER names another output of the maker.
    static std::filesystem::path data() {
        const char* other = std::getenv("TRIPTYCH_REFERENCE_TOKENIZER_FOLDER");
        return other ? other : TRIPTYCH_TEST_DATA "/tokenizers";
    }
    static std::vector<std::string> texts() {
        std::vector<std::string> result;
        for (const Json& line : readJsonLines(data() / "texts.jsonl"))
            result.push_back(line.get<std::string>());
        return result;
    }
    static void addFolders() {
        QTest::addColumn<QString>("name");
        for (const auto& entry : std::filesystem::directory_iterator(data())) {
            if (std::filesystem::exists(entry.path() / "expected.jsonl"))
                QTest::newRow(entry.path().filename().c_str()) << QString::fromStdString(entry.path().filename().string());
        }
    }

private Q_SLOTS:
    void everyTextIsCutAsInTheReference_data() { addFolders(); }
    void everyTextIsCutAsInTheReference() {
        QFETCH(QString, name);
        const auto folder = data() / name.toStdString();
        const auto tokenizer = Tokenizer::open(folder);
        const auto all = texts();
        const auto expected = readJsonLines(folder / "expected.jsonl");
        QCOMPARE(all.size(), std::size_t(300));
        QCOMPARE(expected.size(), all.size());
        int wrong = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const std::string& text = all[i];
            const std::string& pair = all[(i + 1) % all.size()];
            const Json& line = expected[i];
            const Encoding encoding = tokenizer->encode(text);
            const auto check = [&](bool right, const char* what, const std::string& ours, const std::string& theirs) {
                if (!right && ++wrong <= 10)
                    qWarning("text %zu %s: %s\n  %s\n  %s", i, what, Json(text).dump().c_str(), ours.c_str(), theirs.c_str());
            };
            check(Json(encoding.ids) == line["ids"], "ids", Json(encoding.ids).dump(), line["ids"].dump());
            check(Json(endsOf(encoding)) == line["ends"], "offsets", Json(endsOf(encoding)).dump(), line["ends"].dump());
            check(Json(encoding.type_ids) == line["types"], "types", Json(encoding.type_ids).dump(), line["types"].dump());
            const auto same = [&](const std::string& digest, const Json& theirs, const char* what) {
                check(digest == theirs.get<std::string>(), what, {}, {});
            };
            same(digestOf(tokenizer->encode(text, false)), line["digests"][0], "without special tokens");
            same(digestOf(tokenizer->encodePair(text, pair)), line["digests"][1], "as a pair");
            same(digestOf(tokenizer->encodePair(text, pair, false)), line["digests"][2], "as a pair without special tokens");
            same(fnvOf(tokenizer->decode(encoding.ids)), line["texts"][0], "decoded");
            same(fnvOf(tokenizer->decode(encoding.ids, false)), line["texts"][1], "decoded with special tokens");
        }
        QCOMPARE(wrong, 0);
    }

    void everyStageDoesAsTheReference_data() {
        QTest::addColumn<int>("variant");
        const Json stages = readJsonFile(TRIPTYCH_TEST_DATA "/tokenizers/stages.json");
        for (std::size_t i = 0; i < stages["variants"].size(); ++i)
            QTest::newRow(fmt::format("{} {}", i, stages["variants"][i]["value"].dump()).c_str()) << int(i);
    }
    void everyStageDoesAsTheReference() {
        QFETCH(int, variant);
        const Json stages = readJsonFile(TRIPTYCH_TEST_DATA "/tokenizers/stages.json");
        const Json& entry = stages["variants"][std::size_t(variant)];
        const QTemporaryDir dir;
        const std::filesystem::path folder = dir.path().toStdString();
        const auto stage = entry["stage"].get<std::string>();
        writeJsonFile(folder / "tokenizer.json", {{"model", stages["model"]}, {stage, entry["value"]}});
        const auto tokenizer = Tokenizer::open(folder);
        std::istringstream digests(entry["digests"].get<std::string>());
        int wrong = 0;
        for (const std::string& text : texts()) {
            std::string digest;
            digests >> digest;
            const Encoding encoding = tokenizer->encode(text);
            const std::string ours = stage == "decoder" ? fnvOf(tokenizer->decode(encoding.ids)) : digestOf(encoding);
            if (ours.substr(0, 8) != digest && ++wrong <= 5)
                qWarning("%s: %s", Json(text).dump().c_str(), stage == "decoder" ? tokenizer->decode(encoding.ids).c_str() : Json(encoding.offsets).dump().c_str());
        }
        QCOMPARE(wrong, 0);
    }
};

QTEST_GUILESS_MAIN(ReferenceTokenizersTest)
#include "tst_reference_tokenizers.moc"
