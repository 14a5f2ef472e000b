#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "support/model_folders.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

#include <QTemporaryDir>
#include <QTest>

#include <sstream>

using namespace triptych;

namespace {

std::vector<Json> readLines(const std::filesystem::path& path) {
    std::istringstream lines(readFile(path));
    std::vector<Json> values;
    for (std::string line; std::getline(lines, line);)
        values.push_back(parseJson(line, path.string()));
    return values;
}

const char* const kSmall = R"({
  "added_tokens": [{"id": 1, "content": "[CLS]", "special": true}, {"id": 2, "content": "[SEP]", "special": true},
                   {"id": 20, "content": "<tool>", "lstrip": true, "rstrip": true, "normalized": false},
                   {"id": 21, "content": "Word", "single_word": true, "normalized": true}],
  "normalizer": {"type": "BertNormalizer", "lowercase": true},
  "pre_tokenizer": {"type": "BertPreTokenizer"},
  "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
  "model": {"type": "WordPiece", "unk_token": "[UNK]", "max_input_chars_per_word": 10,
            "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "un": 3, "##want": 4, "##ed": 5, "want": 6, "runn": 7, "##ing": 8, ",": 9, "a": 10}}
})";

} // namespace

class TokenizerTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;

    std::filesystem::path folderWith(const std::string& tokenizerJson) const {
        const std::filesystem::path folder = m_dir.path().toStdString() + "/model";
        std::filesystem::create_directories(folder);
        atomicWrite(folder / "tokenizer.json", tokenizerJson);
        return folder;
    }
    std::string refusal(const std::string& tokenizerJson) const {
        try {
            Tokenizer::open(folderWith(tokenizerJson));
            return {};
        } catch (const Error& error) {
            return error.message();
        }
    }
    static void compare(const Encoding& encoding, const Json& expected, const char* what) {
        QVERIFY2(encoding.ids == expected["ids"].get<std::vector<std::int32_t>>(), what);
        if (expected.contains("offsets"))
            QVERIFY2(Json(encoding.offsets) == expected["offsets"], what);
        if (expected.contains("type_ids"))
            QVERIFY2(Json(encoding.type_ids) == expected["type_ids"], what);
    }

private Q_SLOTS:
    void fiftyTextsMatchTheReference() {
        const auto folder = starterModel("all-minilm-l6-v2");
        if (!folder)
            QSKIP("the starter model all-minilm-l6-v2 is not there");
        const auto tokenizer = Tokenizer::open(*folder);
        QCOMPARE(tokenizer->vocabularySize(), 30522);
        const std::filesystem::path data = TRIPTYCH_TEST_DATA "/minilm";
        const auto texts = readLines(data / "texts.jsonl");
        const auto expected = readLines(data / "encodings.jsonl");
        QCOMPARE(texts.size(), std::size_t(50));
        for (std::size_t i = 0; i < texts.size(); ++i)
            compare(tokenizer->encode(texts[i]["text"].get<std::string>()), expected[i], texts[i].dump().c_str());
    }
    void vocabularyAloneGivesTheSame() {
        const auto folder = starterModel("all-minilm-l6-v2");
        if (!folder)
            QSKIP("the starter model all-minilm-l6-v2 is not there");
        const std::filesystem::path copy = m_dir.path().toStdString() + "/vocabulary";
        std::filesystem::create_directories(copy);
        std::filesystem::copy_file(*folder / "vocab.txt", copy / "vocab.txt");
        std::filesystem::copy_file(*folder / "tokenizer_config.json", copy / "tokenizer_config.json");
        const auto tokenizer = Tokenizer::open(copy);
        const std::filesystem::path data = TRIPTYCH_TEST_DATA "/minilm";
        const auto texts = readLines(data / "texts.jsonl");
        const auto expected = readLines(data / "encodings.jsonl");
        for (std::size_t i = 0; i < texts.size(); ++i)
            compare(tokenizer->encode(texts[i]["text"].get<std::string>()), expected[i], texts[i].dump().c_str());
    }
    void realTextsMatchTheirReferenceIds() {
        const char* folder = std::getenv("TRIPTYCH_REFERENCE_TOKENIZERS");
        if (!folder)
            QSKIP("TRIPTYCH_REFERENCE_TOKENIZERS names no folder with bert-uncased/reference_ids.jsonl");
        const std::filesystem::path bert = std::filesystem::path(folder) / "bert-uncased";
        const auto tokenizer = Tokenizer::open(bert);
        const auto lines = readLines(bert / "reference_ids.jsonl");
        QVERIFY(lines.size() > 400);
        for (const Json& line : lines)
            compare(tokenizer->encode(line["text"].get<std::string>()), Json{{"ids", line["ids"]}}, line.dump().c_str());
    }
    void tinyModelMatchesItsReference() {
        const std::filesystem::path data = TRIPTYCH_TEST_DATA "/bert_tiny";
        const auto tokenizer = Tokenizer::open(data / "encoder");
        const Json expected = readJsonFile(data / "expected.json");
        QVERIFY(!expected["texts"].empty());
        for (const Json& text : expected["texts"]) {
            const Encoding encoding = tokenizer->encode(text["text"].get<std::string>());
            QCOMPARE(encoding.ids, text["ids"].get<std::vector<std::int32_t>>());
            QVERIFY(Json(encoding.offsets) == text["offsets"]);
        }
    }

    void stagesFitTogether() {
        const auto tokenizer = Tokenizer::open(folderWith(kSmall));
        const Encoding encoding = tokenizer->encode("UNwanted, running");
        QCOMPARE(encoding.ids, (std::vector<std::int32_t>{1, 3, 4, 5, 9, 7, 8, 2}));
        QCOMPARE(encoding.offsets[2], (std::pair<std::int32_t, std::int32_t>(2, 6)));
        QCOMPARE(tokenizer->encode("wanting", false).ids, (std::vector<std::int32_t>{6, 8}));
        QCOMPARE(tokenizer->encode("wantx a", false).ids, (std::vector<std::int32_t>{0, 10}));
        QCOMPARE(tokenizer->encode("aaaaaaaaaaa", false).ids, (std::vector<std::int32_t>{0}));
        const Encoding pair = tokenizer->encodePair("a", "want");
        QCOMPARE(pair.ids, (std::vector<std::int32_t>{1, 10, 2, 6, 2}));
        QCOMPARE(pair.type_ids, (std::vector<std::int32_t>{0, 0, 0, 1, 1}));
        QCOMPARE(tokenizer->vocabularySize(), 22);
        QCOMPARE(tokenizer->token(20), std::string_view("<tool>"));
        QCOMPARE(tokenizer->token(15), std::string_view());
        QCOMPARE(tokenizer->tokenId("##ing").value_or(-1), 8);
    }
    void addedTokensFollowTheirFlags() {
        const auto tokenizer = Tokenizer::open(folderWith(kSmall));
        const Encoding tool = tokenizer->encode("a  <tool>  a", false);
        QCOMPARE(tool.ids, (std::vector<std::int32_t>{10, 20, 10}));
        QCOMPARE(tool.offsets[1], (std::pair<std::int32_t, std::int32_t>(1, 11)));
        QCOMPARE(tokenizer->encode("a<TOOL>", false).ids.size(), std::size_t(4)); // raw text, exact spelling
        QCOMPARE(tokenizer->encode("wORD a", false).ids, (std::vector<std::int32_t>{21, 10}));
        QCOMPARE(tokenizer->encode("words", false).ids, (std::vector<std::int32_t>{0}));
        QCOMPARE(tokenizer->encode("[CLS]a", false).ids, (std::vector<std::int32_t>{1, 10}));
    }
    void truncationKeepsTheClosingToken() {
        const auto tokenizer = Tokenizer::open(folderWith(kSmall));
        Encoding encoding = tokenizer->encode("a a a a a");
        tokenizer->truncate(encoding, 4);
        QCOMPARE(encoding.ids, (std::vector<std::int32_t>{1, 10, 10, 2}));
        QCOMPARE(encoding.offsets.size(), std::size_t(4));
        QCOMPARE(encoding.type_ids.size(), std::size_t(4));
        Encoding plain = tokenizer->encode("a a a", false);
        tokenizer->truncate(plain, 2);
        QCOMPARE(plain.ids, (std::vector<std::int32_t>{10, 10}));
        Encoding one = tokenizer->encode("a a");
        tokenizer->truncate(one, 1);
        QCOMPARE(one.ids, (std::vector<std::int32_t>{1}));
        QVERIFY_EXCEPTION_THROWN(tokenizer->truncate(one, 0), Error);
    }
    void invalidUtf8ReadsAsReplacement() {
        const auto tokenizer = Tokenizer::open(folderWith(kSmall));
        QCOMPARE(tokenizer->encode("a \xff\xfe a", false).ids, (std::vector<std::int32_t>{10, 10}));
        QCOMPARE(encodeUtf8(decodeUtf8("x\xe4\xb8")), std::string("x\xef\xbf\xbd"));
        QCOMPARE(tokenizer->encode("", true).ids, (std::vector<std::int32_t>{1, 2}));
    }
    void longTextsTakeTimeInProportion() {
        const auto tokenizer = Tokenizer::open(folderWith(kSmall));
        std::string text;
        for (int i = 0; i < 200'000; ++i)
            text += "\xc4\xb0\xcc\x81 ";
        QVERIFY(!tokenizer->encode(text, false).ids.empty());
        QCOMPARE(tokenizer->encode(std::string(3'000'000, 'a'), false).ids, (std::vector<std::int32_t>{0}));
    }

    void hostileFilesAreRefused_data() {
        QTest::addColumn<QString>("find");
        QTest::addColumn<QString>("replace");
        QTest::addColumn<QString>("named");
        QTest::newRow("no vocabulary") << "\"vocab\"" << "\"words\"" << "model.vocab";
        QTest::newRow("vocabulary is an array") << "\"vocab\": {" << "\"vocab\": [], \"x\": {" << "model.vocab";
        QTest::newRow("id is a string") << "\"a\": 10" << "\"a\": \"10\"" << "model.vocab";
        QTest::newRow("id is negative") << "\"a\": 10" << "\"a\": -1" << "-1";
        QTest::newRow("id is huge") << "\"a\": 10" << "\"a\": 4000000000" << "4000000000";
        QTest::newRow("ids far apart") << "\"a\": 10" << "\"a\": 9999999" << "model.vocab";
        QTest::newRow("id twice") << "\"a\": 10" << "\"a\": 9" << "id 9";
        QTest::newRow("token twice") << "\"a\": 10" << "\",\": 10" << "twice";
        QTest::newRow("unknown token missing") << "\"[UNK]\": 0" << "\"[UNKNOWN]\": 0" << "unk_token";
        QTest::newRow("other model") << "\"WordPiece\"" << "\"Martian\"" << "Martian";
        QTest::newRow("other normalizer") << "\"BertNormalizer\"" << "\"Martian\"" << "Martian";
        QTest::newRow("other pre-tokenizer") << "\"BertPreTokenizer\"" << "\"Martian\"" << "Martian";
        QTest::newRow("other post-processor") << "\"BertProcessing\"" << "\"Martian\"" << "Martian";
        QTest::newRow("special id beyond the vocabulary") << "[\"[SEP]\", 2]" << "[\"[SEP]\", 99]" << "99";
        QTest::newRow("special id is text") << "[\"[SEP]\", 2]" << "[\"[SEP]\", \"2\"]" << "post_processor.sep";
        QTest::newRow("added token with another's id") << "\"id\": 20" << "\"id\": 5" << "added_tokens[2].id";
        QTest::newRow("added token moved") << "\"id\": 1," << "\"id\": 7," << "added_tokens[0].id";
        QTest::newRow("added token without content") << "\"content\": \"<tool>\"" << "\"content\": \"\"" << "added_tokens[2].content";
        QTest::newRow("flag is a number") << "\"lowercase\": true" << "\"lowercase\": 1" << "normalizer.lowercase";
        QTest::newRow("word limit is zero") << "\"max_input_chars_per_word\": 10" << "\"max_input_chars_per_word\": 0" << "max_input_chars_per_word";
        QTest::newRow("cut off") << "\"a\": 10}}" << "" << "JSON";
        QTest::newRow("deep") << "\"lowercase\": true" << QStringLiteral("\"lowercase\": ") + QString(5000, QLatin1Char('[')) << "nests";
    }
    void hostileFilesAreRefused() {
        QFETCH(QString, find);
        QFETCH(QString, replace);
        QFETCH(QString, named);
        const QString json = QString::fromUtf8(kSmall).replace(find, replace);
        QVERIFY(json != QString::fromUtf8(kSmall));
        const std::string message = refusal(json.toStdString());
        QVERIFY2(message.find("tokenizer.json") != std::string::npos, message.c_str());
        QVERIFY2(message.find(named.toStdString()) != std::string::npos, message.c_str());
    }
    void folderWithoutTokenizerSaysSo() {
        const std::filesystem::path empty = m_dir.path().toStdString() + "/empty";
        std::filesystem::create_directories(empty);
        QVERIFY_EXCEPTION_THROWN(Tokenizer::open(empty), Error);
    }
};

QTEST_GUILESS_MAIN(TokenizerTest)
#include "tst_tokenizer.moc"
