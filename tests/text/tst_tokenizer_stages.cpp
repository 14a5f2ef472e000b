// What the reference vectors do not reach: folders without tokenizer.json, streaming, hostile files, time.

#include "base/error.h"
#include "reference_texts.h"
#include "text/token_stream.h"
#include "text/unicode.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <stdexcept>

using namespace triptych;

namespace {

const char* const kBpe = R"({
  "added_tokens": [{"id": 5, "content": "<s>", "special": true}],
  "normalizer": {"type": "Replace", "pattern": {"Regex": "\t+"}, "content": " "},
  "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "x+"}, "behavior": "Isolated", "invert": false},
  "post_processor": {"type": "RobertaProcessing", "sep": ["<s>", 5], "cls": ["<s>", 5]},
  "decoder": {"type": "Replace", "pattern": {"String": "_"}, "content": " "},
  "model": {"type": "BPE", "unk_token": "u", "vocab": {"u": 0, "a": 1, "b": 2, "ab": 3, "abab": 4}, "merges": ["a b", ["ab", "ab"]]}
})";
const char* const kUnigram = R"({
  "normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAAAA=="},
  "pre_tokenizer": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "never"},
  "decoder": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "never"},
  "model": {"type": "Unigram", "unk_id": 0, "vocab": [["u", 0], ["a", -1.5], ["b", -2], ["ab", -3.25]]}
})";

std::string changed(std::string text, const std::string& find, const std::string& replace) {
    const std::size_t at = text.find(find);
    if (at == std::string::npos)
        throw std::logic_error(find);
    return text.replace(at, find.size(), replace);
}

} // namespace

class TokenizerStagesTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;

    std::filesystem::path folder(const char* name) const {
        const std::filesystem::path path = std::filesystem::path(m_dir.path().toStdString()) / name;
        std::filesystem::create_directories(path);
        return path;
    }
    std::unique_ptr<Tokenizer> open(const std::string& tokenizerJson) const {
        atomicWrite(folder("open") / "tokenizer.json", tokenizerJson);
        return Tokenizer::open(folder("open"));
    }
    static std::filesystem::path fixture(const char* name) { return std::filesystem::path(TRIPTYCH_TEST_DATA "/tokenizers") / name; }
    /// vocab.json and merges.txt out of a tokenizer.json.
    std::filesystem::path unpacked(const char* name, const Json& config) const {
        const Json whole = readJsonFile(fixture(name) / "tokenizer.json");
        const auto path = folder(name);
        writeJsonFile(path / "vocab.json", whole["model"]["vocab"]);
        std::string merges = "#version: 0.2\n";
        for (const Json& merge : whole["model"]["merges"])
            merges += merge.is_string() ? merge.get<std::string>() + "\n"
                                        : fmt::format("{} {}\n", merge[0].get<std::string>(), merge[1].get<std::string>());
        atomicWrite(path / "merges.txt", merges);
        writeJsonFile(path / "tokenizer_config.json", config);
        return path;
    }

private Q_SLOTS:
    void vocabularyAndMergesGiveTheSame_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("config");
        QTest::newRow("GPT-2") << "gpt2" << R"({"tokenizer_class": "GPT2Tokenizer"})";
        QTest::newRow("RoBERTa") << "roberta" << R"({"tokenizer_class": "RobertaTokenizer", "add_prefix_space": true})";
    }
    void vocabularyAndMergesGiveTheSame() {
        QFETCH(QString, name);
        QFETCH(QString, config);
        const std::string key = name.toStdString();
        const auto whole = Tokenizer::open(fixture(key.c_str()));
        const auto apart = Tokenizer::open(unpacked(key.c_str(), parseJson(config.toStdString(), "config")));
        for (const Json& text : readJsonLines(fixture("texts.jsonl"))) {
            const Encoding encoding = apart->encode(text.get<std::string>());
            QVERIFY2(encoding.ids == whole->encode(text.get<std::string>()).ids, text.dump().c_str());
            QCOMPARE(apart->decode(encoding.ids), whole->decode(encoding.ids));
        }
    }
    void vocabularyOfAnotherClassIsRefused() {
        const auto path = unpacked("gpt2", {{"tokenizer_class", "MartianTokenizer"}});
        try {
            Tokenizer::open(path);
            QFAIL("accepted");
        } catch (const Error& error) {
            QCOMPARE(error.code(), ErrorCode::Unsupported);
            QVERIFY(error.message().find("MartianTokenizer") != std::string::npos);
        }
    }
    void badLineOfMergesIsNamed() {
        const auto path = unpacked("gpt2", Json::object());
        atomicWrite(path / "merges.txt", "#version: 0.2\nh e\nh e y\n");
        try {
            Tokenizer::open(path);
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("line 3") != std::string::npos, error.message().c_str());
        }
    }

    void streamedTextIsTheDecodedText_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt2", "llama3", "llama2", "mistral", "t5", "xlmr", "bert", "clip"})
            QTest::newRow(name) << name;
    }
    void streamedTextIsTheDecodedText() {
        QFETCH(QString, name);
        const auto tokenizer = Tokenizer::open(fixture(name.toUtf8().constData()));
        for (const Json& text : readJsonLines(fixture("texts.jsonl"))) {
            const std::vector<std::int32_t> ids = tokenizer->encode(text.get<std::string>()).ids;
            TokenStream stream(*tokenizer);
            std::string streamed;
            for (const std::int32_t id : ids) {
                const std::string piece = stream.push(id);
                const bool broken = piece.find("\xef\xbf\xbd") != std::string::npos;
                QVERIFY2(!broken || text.get<std::string>().find("\xef\xbf\xbd") != std::string::npos, text.dump().c_str());
                streamed += piece;
            }
            streamed += stream.finish();
            QVERIFY2(streamed == tokenizer->decode(ids), fmt::format("{}\n{}\n{}", text.dump(), streamed, tokenizer->decode(ids)).c_str());
        }
    }
    void halfACharacterWaits() {
        const auto tokenizer = Tokenizer::open(fixture("gpt2"));
        const std::vector<std::int32_t> ids = tokenizer->encode("\xf0\x9f\x98\x80").ids;
        QVERIFY(ids.size() > 1);
        TokenStream stream(*tokenizer);
        for (std::size_t i = 0; i + 1 < ids.size(); ++i)
            QCOMPARE(stream.push(ids[i]), std::string());
        QCOMPARE(stream.push(ids.back()), std::string("\xf0\x9f\x98\x80"));
        QCOMPARE(stream.push(ids[0]), std::string());
        QCOMPARE(stream.finish(), std::string("\xef\xbf\xbd"));
        QCOMPARE(stream.push(tokenizer->encode("a").ids[0]), std::string("a"));
    }
    void bytesThatAreNoTextDoNotWaitForever() {
        const auto tokenizer = Tokenizer::open(fixture("gpt2"));
        const std::int32_t lone = tokenizer->tokenId("\xc2\xbf").value_or(-1); // the byte 0xbf
        TokenStream stream(*tokenizer);
        std::string text;
        for (int i = 0; i < 100; ++i)
            text += stream.push(lone);
        QVERIFY(!text.empty());
        QCOMPARE(text + stream.finish(), tokenizer->decode(std::vector<std::int32_t>(100, lone)));
    }

    void invalidUtf8ReadsAsReplacement() {
        const auto tokenizer = Tokenizer::open(fixture("gpt2"));
        for (const char* text : {"a\xed\xa0\x80z", "a\xff z", "\xe4\xb8", "\xf4\x90\x80\x80"})
            QCOMPARE(tokenizer->encode(text).ids, tokenizer->encode(encodeUtf8(decodeUtf8(text))).ids);
    }

    void longTextsTakeTimeInProportion_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt2", "llama3", "llama2", "xlmr", "bert", "word_level", "prefixed"})
            QTest::newRow(name) << name;
    }
    void longTextsTakeTimeInProportion() {
        QFETCH(QString, name);
        const auto tokenizer = Tokenizer::open(fixture(name.toUtf8().constData()));
        std::string letters;
        for (int i = 0; i < 1'000'000; ++i)
            letters += static_cast<char>('a' + (i * 7 + i / 13) % 26);
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!tokenizer->encode(letters).ids.empty());
        tokenizer->encode(std::string(1'000'000, 'e'));
        tokenizer->encode(std::string(1'000'000, ' ') + "x");
        tokenizer->encode(std::string(500'000, '\n'));
        QVERIFY2(timer.elapsed() < 60'000, "a word of a megabyte takes too long"); // some 2 s
    }
    void expressionThatExplodesIsStopped() {
        const auto tokenizer = open(changed(kBpe, "x+", "(a|aa)+$"));
        try {
            tokenizer->encode(std::string(5000, 'a') + "b");
            QFAIL("it ended");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("pre_tokenizer.pattern.Regex") != std::string::npos, error.message().c_str());
        }
    }

    void normalizerThatBlowsUpIsStopped() {
        const std::string step = R"({"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})";
        std::string steps = step;
        for (int i = 0; i < 20; ++i)
            steps += "," + step;
        const auto tokenizer = open(R"({"normalizer": {"type": "Sequence", "normalizers": [)" + steps + R"(]}, "model": {"type": "WordLevel", "unk_token": "u", "vocab": {"u": 0}}})");
        QVERIFY_EXCEPTION_THROWN(tokenizer->encode("a"), Error);
        QCOMPARE(tokenizer->encode("b").ids, (std::vector<std::int32_t>{0}));
    }

    void hostileFilesAreRefused_data() {
        QTest::addColumn<std::string>("base");
        QTest::addColumn<std::string>("find");
        QTest::addColumn<std::string>("replace");
        QTest::addColumn<std::string>("named");
        const auto row = [](const char* name, const char* base, const char* find, const char* replace, const char* named) {
            QTest::newRow(name) << std::string(base) << std::string(find) << std::string(replace) << std::string(named);
        };
        row("merge of unknown tokens", kBpe, "\"a b\"", "\"a c\"", "model.merges");
        row("merge into an unknown token", kBpe, "\"a b\"", "\"b a\"", "'ba'");
        row("merge of three", kBpe, "\"a b\"", "\"a b ab\"", "model.merges");
        row("merge of one", kBpe, "[\"ab\", \"ab\"]", "[\"ab\"]", "model.merges");
        row("merges are an object", kBpe, "[\"a b\", [\"ab\", \"ab\"]]", "{}", "model.merges");
        row("unknown token missing", kBpe, "\"unk_token\": \"u\"", "\"unk_token\": \"w\"", "model.unk_token");
        row("expression is none", kBpe, "x+", "(x", "pre_tokenizer.pattern.Regex");
        row("expression of another kind", kBpe, "{\"Regex\": \"x+\"}", "{\"Glob\": \"x\"}", "pre_tokenizer.pattern.Regex");
        row("replacement is none", kBpe, "\\t+", "[", "normalizer.pattern.Regex");
        row("behavior", kBpe, "Isolated", "Shattered", "pre_tokenizer.behavior");
        row("flag is a string", kBpe, "\"invert\": false", "\"invert\": \"no\"", "pre_tokenizer.invert");
        row("special id beyond the vocabulary", kBpe, "\"cls\": [\"<s>\", 5]", "\"cls\": [\"<s>\", 55]", "55");
        row("other decoder", kBpe, "\"decoder\": {\"type\": \"Replace\"", "\"decoder\": {\"type\": \"Martian\"", "Martian");
        row("decoder without content", kBpe, ", \"content\": \" \"},\n  \"model\"", "},\n  \"model\"", "decoder.content");
        row("unigram vocabulary is an object", kUnigram, "[[\"u\", 0], [\"a\", -1.5], [\"b\", -2], [\"ab\", -3.25]]", "{\"u\": 0}", "model.vocab");
        row("score is a string", kUnigram, "-1.5", "\"-1.5\"", "model.vocab");
        row("score is missing", kUnigram, "[\"b\", -2]", "[\"b\"]", "model.vocab");
        row("unknown id beyond", kUnigram, "\"unk_id\": 0", "\"unk_id\": 4", "model.unk_id");
        row("map is no base64", kUnigram, "AAAAAA==", "!!!!", "normalizer.precompiled_charsmap");
        row("map is cut off", kUnigram, "AAAAAA==", "AAAA", "normalizer.precompiled_charsmap");
        row("trie larger than the map", kUnigram, "AAAAAA==", "AAAA/w==", "normalizer.precompiled_charsmap");
        row("replacement of two characters", kUnigram, "\"replacement\": \"_\", \"prepend_scheme\": \"never\"},\n  \"decoder\"",
            "\"replacement\": \"__\", \"prepend_scheme\": \"never\"},\n  \"decoder\"", "pre_tokenizer.replacement");
        row("scheme", kUnigram, "\"prepend_scheme\": \"never\"},\n  \"decoder\"", "\"prepend_scheme\": \"often\"},\n  \"decoder\"", "pre_tokenizer.prepend_scheme");
    }
    void hostileFilesAreRefused() {
        QFETCH(std::string, base);
        QFETCH(std::string, find);
        QFETCH(std::string, replace);
        QFETCH(std::string, named);
        open(base);
        try {
            open(changed(base, find, replace));
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("tokenizer.json") != std::string::npos, error.message().c_str());
            QVERIFY2(error.message().find(named) != std::string::npos, error.message().c_str());
        }
    }
    void trieThatLeadsOutOfItselfChangesNothing() {
        // One unit whose offset points far beyond; then the same with a label that matches.
        for (const char* map : {"BAAAAAD8//8=", "CAAAAAD8//8BAAAA"}) {
            const auto tokenizer = open(changed(kUnigram, "AAAAAA==", map));
            QCOMPARE(tokenizer->encode("ab").ids, (std::vector<std::int32_t>{3}));
        }
    }
    void characterWithoutATokenIsNamed() {
        const auto tokenizer = open(changed(kUnigram, "\"unk_id\": 0, ", ""));
        QCOMPARE(tokenizer->encode("ab").ids, (std::vector<std::int32_t>{3}));
        try {
            tokenizer->encode("abc");
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("U+0063") != std::string::npos, error.message().c_str());
        }
        QCOMPARE(tokenizer->encode("ab").ids, (std::vector<std::int32_t>{3}));
    }
};

QTEST_GUILESS_MAIN(TokenizerStagesTest)
#include "tst_tokenizer_stages.moc"
