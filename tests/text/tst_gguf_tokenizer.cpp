// Vocabularies as GGUF files have them, against llama.cpp's own ids: tests/data/tokenizers/make_gguf.py.

#include "base/error.h"
#include "formats/gguf_writer.h"
#include "reference_texts.h"
#include "text/chat_template.h"
#include "text/gguf_tokenizer.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>

using namespace triptych;

class GgufTokenizerTest : public QObject {
    Q_OBJECT
    static GgufVocabulary vocabulary(const Json& json) {
        GgufVocabulary data;
        data.source = "test.gguf";
        data.model = json["model"];
        data.pre = json.value("pre", "");
        const auto size = json["size"].get<std::size_t>();
        data.tokens.resize(size);
        data.token_type.resize(size, 1);
        data.scores.resize(data.model == "llama" ? size : 0);
        for (const auto& [id, entry] : json["tokens"].items()) {
            const std::size_t at = std::stoul(id);
            data.tokens[at] = entry[0];
            data.token_type[at] = entry[1];
            if (entry.size() > 2)
                data.scores[at] = entry[2];
        }
        data.merges = json["merges"].get<std::vector<std::string>>();
        const auto id = [&](const char* key) { return json.contains(key) ? std::optional(json[key].get<std::int32_t>()) : std::nullopt; };
        data.bos_token_id = id("bos_token_id");
        data.eos_token_id = id("eos_token_id");
        data.unknown_token_id = id("unknown_token_id");
        data.seperator_token_id = id("seperator_token_id");
        data.padding_token_id = id("padding_token_id");
        data.cls_token_id = id("cls_token_id");
        const auto flag = [&](const char* key) { return json.contains(key) ? std::optional(json[key].get<bool>()) : std::nullopt; };
        data.add_bos_token = flag("add_bos_token");
        data.add_eos_token = flag("add_eos_token");
        data.add_space_prefix = flag("add_space_prefix");
        return data;
    }
    static Json fixture(const char* name) { return readJsonFile(fmt::format("{}/tokenizers/gguf/{}.json", TRIPTYCH_TEST_DATA, name)); }
    static GgufVocabulary small() {
        GgufVocabulary data;
        data.source = "small.gguf";
        data.model = "gpt2";
        data.pre = "gpt-2";
        data.tokens = {"a", "b", "ab", "<|end|>"};
        data.token_type = {1, 1, 1, 3};
        data.merges = {"a b"};
        data.eos_token_id = 3;
        return data;
    }

    /// The keys of small() as a file has them.
    static GgufMetadataToWrite smallKeys() {
        return {{"general.architecture", "llama"},
                {"tokenizer.ggml.model", "gpt2"},
                {"tokenizer.ggml.pre", "gpt-2"},
                {"tokenizer.ggml.tokens", std::vector<std::string>{"a", "b", "ab", "<|end|>"}},
                {"tokenizer.ggml.token_type", std::vector<std::int32_t>{1, 1, 1, 3}},
                {"tokenizer.ggml.merges", std::vector<std::string>{"a b"}},
                {"tokenizer.ggml.bos_token_id", std::uint32_t(3)},
                {"tokenizer.ggml.eos_token_id", std::uint32_t(3)},
                {"tokenizer.ggml.add_bos_token", true},
                {"tokenizer.chat_template", "{{ bos_token }}{{ messages[0].content }}"},
                {"tokenizer.chat_template.rag", "{{ documents }}"}};
    }
    static void replace(GgufMetadataToWrite& keys, const std::string& key, GgufValueToWrite value) {
        const auto found = std::find_if(keys.begin(), keys.end(), [&](const auto& entry) { return entry.first == key; });
        if (found == keys.end())
            keys.emplace_back(key, std::move(value));
        else
            found->second = std::move(value);
    }
    static void remove(GgufMetadataToWrite& keys, const std::string& key) {
        std::erase_if(keys, [&](const auto& entry) { return entry.first == key; });
    }
    /// Whole vocabularies with the ids that llama.cpp gives: far too large for the tree.
    static std::filesystem::path realVocabulary(const std::string& name) {
        const char* given = std::getenv("TRIPTYCH_SHARED_DATA");
        const std::filesystem::path data = given ? given : TRIPTYCH_SOURCE_DIR "/../shared/data";
        return data / "tokenizers" / "gguf" / ("ggml-vocab-" + name + ".gguf");
    }

private Q_SLOTS:
    void filesGiveTheirVocabulary() {
        const QTemporaryDir temporary;
        const std::filesystem::path folder = temporary.path().toStdString();
        QVERIFY(!hasTokenizer(folder));
        GgufWriter(folder / "small.gguf", smallKeys(), {}).commit();
        for (const auto& path : {folder, folder / "small.gguf"}) {
            QVERIFY(hasTokenizer(path));
            QCOMPARE(tokenizerFiles(path), (std::vector<std::string>{"small.gguf"}));
            const auto tokenizer = Tokenizer::open(path);
            QCOMPARE(tokenizer->encode("abb").ids, (std::vector<std::int32_t>{3, 2, 1}));
            QCOMPARE(tokenizer->encode("a<|end|>", false).ids, (std::vector<std::int32_t>{0, 3}));
            QVERIFY(tokenizer->isSpecial(3));
            const auto chat = ChatTemplate::open(path);
            QCOMPARE(chat->specialTokens().at("bos_token"), std::string("<|end|>"));
            QVERIFY(!chat->specialTokens().contains("pad_token"));
            QCOMPARE(chat->render({{{"role", "user"}, {"content", "ab"}}}), std::string("<|end|>ab"));
            QCOMPARE(ChatTemplate::open(path, "rag")->render(OrderedJson::array()), std::string("None"));
            QVERIFY_EXCEPTION_THROWN(ChatTemplate::open(path, "nosuch"), Error);
        }
        const GgufVocabulary data = ggufVocabulary(GgufFile(folder / "small.gguf"));
        QCOMPARE(data.source, (folder / "small.gguf").string());
        QCOMPARE(data.merges, (std::vector<std::string>{"a b"}));
        QVERIFY(data.add_bos_token && *data.add_bos_token && !data.add_eos_token && !data.cls_token_id);
        // A tokenizer.json says more than a vocabulary, and comes first.
        std::filesystem::copy(TRIPTYCH_TEST_DATA "/tokenizers/gpt2/tokenizer.json", folder / "tokenizer.json");
        QVERIFY(Tokenizer::open(folder)->vocabularySize() > 4);
        std::filesystem::remove(folder / "tokenizer.json");
        std::filesystem::copy(folder / "small.gguf", folder / "other.gguf");
        for (const auto& call : {std::function<void()>([&] { Tokenizer::open(folder); }), std::function<void()>([&] { ChatTemplate::open(folder); })}) {
            try {
                call();
                QFAIL("accepted");
            } catch (const Error& error) {
                QVERIFY2(error.message().find("2 GGUF files") != std::string::npos, error.what());
            }
        }
    }
    void filesOfEveryKindGiveWhatTheirVocabularyGives_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt-2", "phi-3", "bert-bge"})
            QTest::newRow(name) << QString::fromUtf8(name);
    }
    void filesOfEveryKindGiveWhatTheirVocabularyGives() {
        QFETCH(QString, name);
        const QTemporaryDir temporary;
        const std::filesystem::path path = temporary.filePath(QStringLiteral("v.gguf")).toStdString();
        const Json json = fixture(name.toUtf8().constData());
        const GgufVocabulary data = vocabulary(json);
        GgufMetadataToWrite keys = {{"tokenizer.ggml.model", data.model}, {"tokenizer.ggml.tokens", data.tokens}, {"tokenizer.ggml.token_type", data.token_type}};
        if (!data.pre.empty())
            keys.emplace_back("tokenizer.ggml.pre", data.pre);
        if (!data.scores.empty())
            keys.emplace_back("tokenizer.ggml.scores", data.scores);
        if (!data.merges.empty())
            keys.emplace_back("tokenizer.ggml.merges", data.merges);
        for (const char* id : {"bos_token_id", "eos_token_id", "unknown_token_id", "seperator_token_id", "padding_token_id", "cls_token_id"}) {
            if (json.contains(id))
                keys.emplace_back(std::string("tokenizer.ggml.") + id, json[id].get<std::uint32_t>());
        }
        for (const char* flag : {"add_bos_token", "add_eos_token", "add_space_prefix"}) {
            if (json.contains(flag))
                keys.emplace_back(std::string("tokenizer.ggml.") + flag, json[flag].get<bool>());
        }
        GgufWriter(path, keys, {}).commit();
        const auto fromFile = Tokenizer::open(path), fromData = makeGgufTokenizer(data);
        for (const Json& text : json["texts"])
            QCOMPARE(fromFile->encode(text.get<std::string>()).ids, fromData->encode(text.get<std::string>()).ids);
    }
    void badFilesAreRefused_data() {
        QTest::addColumn<QString>("named");
        for (const char* row : {"tokenizer.ggml.model is missing", "tokenizer.ggml.tokens is missing", "tokenizer.ggml.tokens is no array", "tokenizer.ggml.tokens has numbers",
                                "tokenizer.ggml.tokens is empty", "tokenizer.ggml.token_type has 7", "tokenizer.ggml.token_type is too short", "tokenizer.ggml.merges has numbers",
                                "tokenizer.ggml.eos_token_id is 4", "tokenizer.ggml.eos_token_id is a text", "tokenizer.ggml.add_bos_token is a number",
                                "tokenizer.ggml.scores has texts", "tokenizer.ggml.precompiled_charsmap has 999"})
            QTest::newRow(row) << QString::fromUtf8(row).section(QLatin1Char(' '), 0, 0);
    }
    void badFilesAreRefused() {
        QFETCH(QString, named);
        const std::string row = QTest::currentDataTag(), key = named.toStdString();
        GgufMetadataToWrite keys = smallKeys();
        if (row.ends_with("is missing"))
            remove(keys, key);
        else if (row.ends_with("is no array") || row.ends_with("is a text"))
            replace(keys, key, "text");
        else if (row.ends_with("has numbers"))
            replace(keys, key, std::vector<std::int32_t>{1});
        else if (row.ends_with("is empty"))
            replace(keys, key, std::vector<std::string>());
        else if (row.ends_with("has 7"))
            replace(keys, key, std::vector<std::int32_t>{1, 1, 7, 1});
        else if (row.ends_with("has 999"))
            replace(keys, key, std::vector<std::int32_t>{1, 999});
        else if (row.ends_with("is too short"))
            replace(keys, key, std::vector<std::int32_t>{1});
        else if (row.ends_with("is 4"))
            replace(keys, key, std::uint32_t(4));
        else if (row.ends_with("is a number"))
            replace(keys, key, std::uint32_t(1));
        else if (row.ends_with("has texts"))
            replace(keys, key, std::vector<std::string>{"a", "b", "c", "d"});
        const QTemporaryDir temporary;
        const std::filesystem::path path = temporary.filePath(QStringLiteral("bad.gguf")).toStdString();
        GgufWriter(path, keys, {}).commit();
        try {
            Tokenizer::open(path);
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("bad.gguf") != std::string::npos, error.what());
            QVERIFY2(error.message().find(key) != std::string::npos, error.what());
        }
    }
    void wholeVocabulariesGiveTheIdsOfLlamaCpp_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt-2", "phi-3", "bert-bge"})
            QTest::newRow(name) << QString::fromUtf8(name);
    }
    void wholeVocabulariesGiveTheIdsOfLlamaCpp() {
        QFETCH(QString, name);
        const std::filesystem::path path = realVocabulary(name.toStdString());
        if (!std::filesystem::exists(path))
            QSKIP(qPrintable(QStringLiteral("the vocabulary %1 is not on this machine; TRIPTYCH_SHARED_DATA names the folder that has tokenizers/gguf").arg(name)));
        const auto tokenizer = Tokenizer::open(path);
        const auto lines = [&](const char* extension) { return QString::fromStdString(readFile(path.string() + extension)); };
        const QStringList texts = lines(".inp").split(QStringLiteral("\n__ggml_vocab_test__\n")), ids = lines(".out").split(QLatin1Char('\n'));
        QVERIFY(texts.size() > 30 && ids.size() >= texts.size());
        for (int i = 0; i < texts.size(); ++i) {
            QStringList found;
            for (const std::int32_t id : tokenizer->encode(texts[i].toStdString(), false).ids)
                found.append(QString::number(id));
            QCOMPARE(found.join(QLatin1Char(' ')), ids[i].simplified());
        }
    }

    void textsGiveTheIdsOfLlamaCpp_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"gpt-2", "phi-3", "bert-bge"})
            QTest::newRow(name) << name;
    }
    void textsGiveTheIdsOfLlamaCpp() {
        QFETCH(QString, name);
        const Json json = fixture(name.toUtf8().constData());
        const auto tokenizer = makeGgufTokenizer(vocabulary(json));
        QVERIFY(json["texts"].size() > 30);
        for (std::size_t i = 0; i < json["texts"].size(); ++i) {
            const auto text = json["texts"][i].get<std::string>();
            const Encoding encoding = tokenizer->encode(text, false);
            QVERIFY2(Json(encoding.ids) == json["ids"][i],
                     fmt::format("{}: {} instead of {}", Json(text).dump(), Json(encoding.ids).dump(), json["ids"][i].dump()).c_str());
            QCOMPARE(encoding.offsets.size(), encoding.ids.size());
            if (name != QLatin1String("bert-bge"))
                QCOMPARE(QString::fromStdString(tokenizer->decode(encoding.ids)), QString::fromStdString(text));
        }
    }
    void unigramGivesTheIdsOfItsTokenizerJson() {
        const auto folder = std::filesystem::path(TRIPTYCH_TEST_DATA "/tokenizers/t5");
        const auto tokenizer = Tokenizer::open(folder);
        const Json whole = readJsonFile(folder / "tokenizer.json");
        GgufVocabulary data;
        data.source = "t5.gguf";
        data.model = "t5";
        for (const Json& entry : whole["model"]["vocab"]) {
            data.tokens.push_back(entry[0]);
            data.scores.push_back(entry[1]);
        }
        data.token_type.assign(data.tokens.size(), 1);
        data.token_type[0] = 2;
        data.token_type[1] = data.token_type[2] = 3;
        data.unknown_token_id = 0;
        data.eos_token_id = 2;
        const auto map = whole["normalizer"]["normalizers"][0]["precompiled_charsmap"].get<std::string>();
        data.precompiled_charsmap = QByteArray::fromBase64(QByteArray::fromStdString(map)).toStdString();
        const auto fromData = makeGgufTokenizer(data);
        for (const char* text : {"Hello world, how are you?", "  the   king and  the queen ", "\xef\xac\x81ne", "The</s>end", ""})
            QCOMPARE(fromData->encode(text).ids, tokenizer->encode(text).ids);
    }
    void everyPreTypeCutsTexts_data() {
        QTest::addColumn<QString>("pre");
        for (const char* pre : {"", "default", "llama-bpe", "gpt-2", "smollm", "qwen2", "qwen35", "gpt-4o", "tekken", "deepseek-llm", "deepseek-coder",
                                "deepseek-v3", "falcon", "bloom", "viking", "superbpe", "bailingmoe", "seed-coder", "dbrx"})
            QTest::newRow(pre) << QString::fromUtf8(pre);
    }
    void everyPreTypeCutsTexts() {
        QFETCH(QString, pre);
        Json json = fixture("gpt-2");
        json["pre"] = pre.toStdString();
        const auto tokenizer = makeGgufTokenizer(vocabulary(json));
        for (const Json& text : json["texts"])
            QCOMPARE(tokenizer->decode(tokenizer->encode(text.get<std::string>(), false).ids), text.get<std::string>());
    }
    void digitsAreCutAsThePreTypeSays() {
        Json json = fixture("gpt-2");
        const auto count = [&json](const char* pre) {
            json["pre"] = pre;
            return makeGgufTokenizer(vocabulary(json))->encode("333333", false).ids.size();
        };
        QVERIFY(count("smollm") == 6);
        QVERIFY(count("qwen2") == 6);
        QVERIFY(count("gpt-2") < 6);
    }
    void specialTokensStandWhereTheFilesSay() {
        GgufVocabulary data = small();
        QCOMPARE(makeGgufTokenizer(data)->encode("ab").ids, (std::vector<std::int32_t>{2}));
        data.add_eos_token = true;
        data.bos_token_id = 3;
        data.add_bos_token = true;
        const auto tokenizer = makeGgufTokenizer(data);
        QCOMPARE(tokenizer->encode("ab<|end|>a").ids, (std::vector<std::int32_t>{3, 2, 3, 0, 3}));
        QVERIFY(tokenizer->isSpecial(3));
        QCOMPARE(tokenizer->decode(tokenizer->encode("ab").ids), std::string("ab"));
        const auto bert = makeGgufTokenizer(vocabulary(fixture("bert-bge")))->encode("");
        QCOMPARE(bert.ids, (std::vector<std::int32_t>{101, 102}));
        const auto phi = makeGgufTokenizer(vocabulary(fixture("phi-3")))->encode("");
        QCOMPARE(phi.ids, (std::vector<std::int32_t>{1}));
    }

    void badVocabulariesAreRefused_data() {
        QTest::addColumn<QString>("named");
        QTest::newRow("unknown pre") << "martian";
        QTest::newRow("unknown model") << "rwkv";
        QTest::newRow("no tokens") << "tokens";
        QTest::newRow("types too short") << "token_type";
        QTest::newRow("scores missing") << "scores";
        QTest::newRow("score not finite") << "finite";
        QTest::newRow("id beyond the tokens") << "eos_token_id";
        QTest::newRow("merge without a space") << "merges";
        QTest::newRow("neither bytes nor unknown token") << "unknown";
    }
    void badVocabulariesAreRefused() {
        QFETCH(QString, named);
        const std::string row = QTest::currentDataTag();
        GgufVocabulary data = small();
        if (row == "unknown pre")
            data.pre = "martian";
        else if (row == "unknown model")
            data.model = "rwkv";
        else if (row == "no tokens")
            data.tokens.clear();
        else if (row == "types too short")
            data.token_type = {1};
        else if (row == "scores missing")
            data.model = "llama";
        else if (row == "score not finite")
            data.scores = {0, std::numeric_limits<float>::quiet_NaN()};
        else if (row == "id beyond the tokens")
            data.eos_token_id = 4;
        else if (row == "merge without a space")
            data.merges = {"ab"};
        else if (row == "neither bytes nor unknown token")
            data.model = "bert", data.scores = {};
        try {
            makeGgufTokenizer(data);
            QFAIL("accepted");
        } catch (const Error& error) {
            QVERIFY2(error.message().find("small.gguf") != std::string::npos, error.message().c_str());
            QVERIFY2(error.message().find(named.toStdString()) != std::string::npos, error.message().c_str());
        }
    }
};

QTEST_GUILESS_MAIN(GgufTokenizerTest)
#include "tst_gguf_tokenizer.moc"
