#include <ATen/core/Tensor.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "base/error.h"
#include "base/files.h"
#include "formats/gguf.h"
#include "formats/safetensors.h"
#include "interop/hugging_face.h"
#include "interop/model_folder.h"
#include "models/sequence_classifier.h"
#include "support/speaking_models.h"
#include "text/chat_template.h"

#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <fstream>
#include <span>

using namespace triptych;

namespace fs = std::filesystem;

class ModelFolderTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    const fs::path m_tiny = TRIPTYCH_TEST_DATA "/bert_tiny";

    fs::path path(const char* name) const { return m_dir.path().toStdString() + "/" + name; }
    fs::path copyOf(const fs::path& folder, const char* name) const {
        fs::copy(folder, path(name), fs::copy_options::recursive);
        return path(name);
    }
    static ErrorCode codeOf(const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::Internal;
    }
    static int entries(const fs::path& folder) {
        return fs::exists(folder) ? static_cast<int>(std::distance(fs::directory_iterator(folder), {})) : 0;
    }

private Q_SLOTS:
    void summariesSayWhatIsThere() {
        const ModelSummary encoder = describeModelFolder(m_tiny / "encoder");
        QCOMPARE(encoder.kind, std::string("encoder"));
        QCOMPARE(encoder.dimension, 32);
        QCOMPARE(encoder.layers, 2);
        QCOMPARE(encoder.pooling, std::string("mean"));
        QVERIFY(encoder.normalized && encoder.tokenizer);
        QCOMPARE(encoder.dtype, std::string("F32"));
        const ModelSummary classifier = describeModelFolder(m_tiny / "classifier");
        QCOMPARE(classifier.kind, std::string("classifier"));
        QCOMPARE(classifier.labels, (std::vector<std::string>{"alpha", "beta", "gamma"}));
        QVERIFY(classifier.parameters > encoder.parameters);
    }

    void otherFamiliesAreDescribedToo() {
        const fs::path data = TRIPTYCH_TEST_DATA;
        const ModelSummary t5 = describeModelFolder(data / "t5/t5-v1.1");
        QCOMPARE(t5.kind, std::string("seq2seq"));
        QCOMPARE(t5.dtype, std::string("F16"));
        QCOMPARE(t5.vocabulary, 48);
        const ModelSummary score = describeModelFolder(data / "encoders/roberta-score");
        QCOMPARE(score.kind, std::string("classifier"));
        QCOMPARE(score.labels, std::vector<std::string>{"LABEL_0"});
        QCOMPARE(score.max_length, 24);
        QCOMPARE(describeModelFolder(data / "encoders/distilbert-mask").kind, std::string("encoder"));
        const fs::path folder = copyOf(data / "t5/t5", "t5");
        Json config = readJsonFile(folder / "config.json");
        config["d_ff"] = 41;
        writeJsonFile(folder / "config.json", config);
        QVERIFY(codeOf([&] { describeModelFolder(folder); }) == ErrorCode::InvalidInput);
    }
    void licenceStandsInTheReadme() {
        const fs::path folder = copyOf(m_tiny / "encoder", "licensed");
        QCOMPARE(describeModelFolder(folder).licence, std::string());
        atomicWrite(folder / "README.md", "---\nlanguage: en\nlicense: 'apache-2.0'\n---\nlicense: mit\n");
        QCOMPARE(describeModelFolder(folder).licence, std::string("apache-2.0"));
        atomicWrite(folder / "README.md", "# license: mit\n");
        QCOMPARE(describeModelFolder(folder).licence, std::string());
        const std::vector<TensorSummary> tensors = describeTensors(folder);
        QCOMPARE(tensors.front().name, std::string("embeddings.LayerNorm.bias"));
        QCOMPARE(tensors.front().shape, std::vector<std::int64_t>{32});
    }
    void importCopiesAndRefusesATakenName() {
        const fs::path models = path("models");
        const fs::path target = importModel(m_tiny / "encoder", "tiny", models, nullProgress(), {});
        QCOMPARE(target, models / "tiny");
        QCOMPARE(readFile(target / "model.safetensors"), readFile(m_tiny / "encoder/model.safetensors"));
        QVERIFY(fs::exists(target / "1_Pooling/config.json"));
        QVERIFY(codeOf([&] { importModel(m_tiny / "classifier", "tiny", models, nullProgress(), {}); }) == ErrorCode::AlreadyExists);
        QCOMPARE(describeModelFolder(target).kind, std::string("encoder"));
        for (const char* bad : {"", ".", "..", "a/b", ".hidden", "-x", "a\nb"})
            QVERIFY(codeOf([&] { importModel(m_tiny / "encoder", bad, models, nullProgress(), {}); }) == ErrorCode::InvalidArgument);
        QCOMPARE(entries(models), 1);
    }
    void picklesAreRefusedWithTheWayOut() {
        const fs::path folder = copyOf(m_tiny / "encoder", "pickled");
        fs::rename(folder / "model.safetensors", folder / "pytorch_model.bin");
        try {
            importModel(folder, "pickled", path("models2"), nullProgress(), {});
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.code() == ErrorCode::Unsupported);
            QVERIFY(error.message().find("pytorch_model.bin") != std::string::npos);
            QVERIFY(error.hint().find("save_pretrained") != std::string::npos);
        }
        QCOMPARE(entries(path("models2")), 0);
    }
    void picklesBesideGoodWeightsStayBehind() {
        const fs::path folder = copyOf(m_tiny / "encoder", "both");
        atomicWrite(folder / "pytorch_model.bin", "pickle");
        fs::create_directories(folder / "onnx");
        atomicWrite(folder / "onnx/model.json", "{}");
        atomicWrite(folder / ".gitattributes", "x");
        const fs::path target = importModel(folder, "both", path("models3"), nullProgress(), {});
        QVERIFY(fs::exists(target / "tokenizer.json"));
        QVERIFY(!fs::exists(target / "pytorch_model.bin") && !fs::exists(target / "onnx") && !fs::exists(target / ".gitattributes"));
    }
    void linkedSubfoldersAreCopiedToTheirPlace() {
        const fs::path folder = copyOf(m_tiny / "encoder", "linked");
        fs::rename(folder / "1_Pooling", path("elsewhere"));
        fs::create_directory_symlink(path("elsewhere"), folder / "1_Pooling");
        const fs::path target = importModel(folder, "linked", path("models5"), nullProgress(), {});
        QVERIFY(fs::exists(target / "1_Pooling/config.json") && !fs::is_symlink(target / "1_Pooling"));
        QCOMPARE(entries(path("models5")), 1);
    }
    void brokenFoldersLeaveNothingBehind() {
        const fs::path folder = copyOf(m_tiny / "encoder", "cut");
        std::string weights = readFile(folder / "model.safetensors");
        std::ofstream(folder / "model.safetensors", std::ios::binary) << weights.substr(0, weights.size() - 1);
        QVERIFY(codeOf([&] { importModel(folder, "cut", path("models4"), nullProgress(), {}); }) == ErrorCode::InvalidInput);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(codeOf([&] { importModel(m_tiny / "encoder", "x", path("models4"), nullProgress(), stop.get_token()); }) == ErrorCode::Cancelled);
        QVERIFY(codeOf([&] { importModel(path("nowhere"), "x", path("models4"), nullProgress(), {}); }) == ErrorCode::NotFound);
        QCOMPARE(entries(path("models4")), 0);
    }

    void savedClassifierReadsBackTheSame() {
        saveSequenceClassifier(path("saved"), m_tiny / "encoder", SequenceClassifier::open(m_tiny / "classifier").weights(), {"ja", "nein", "vielleicht"});
        const ModelSummary summary = describeModelFolder(path("saved"));
        QCOMPARE(summary.kind, std::string("classifier"));
        QCOMPARE(summary.labels[2], std::string("vielleicht"));
        QVERIFY(summary.tokenizer);
        const SafetensorsFile before(m_tiny / "classifier/model.safetensors");
        const SafetensorsFile after(path("saved") / "model.safetensors");
        QCOMPARE(after.metadata().at("format"), std::string("pt"));
        QCOMPARE(after.tensors().size(), before.tensors().size());
        for (const auto& [name, view] : before.tensors()) {
            const TensorView& copy = after.tensor(name);
            QCOMPARE(copy.shape, view.shape);
            QVERIFY(std::memcmp(copy.data.data(), view.data.data(), view.data.size()) == 0);
        }
    }
    void incompleteClassifierIsRefused() {
        NamedTensors weights = SequenceClassifier::fromPretrained(m_tiny / "encoder", 3, 1).weights();
        QVERIFY(codeOf([&] { saveSequenceClassifier(path("no"), m_tiny / "encoder", weights, {"a", "b"}); }) == ErrorCode::InvalidArgument);
        weights["classifier.weight"] = at::zeros({2, 31});
        weights["classifier.bias"] = at::zeros({2});
        QVERIFY(codeOf([&] { saveSequenceClassifier(path("no"), m_tiny / "encoder", weights, {"a", "b"}); }) == ErrorCode::InvalidArgument);
        weights["classifier.weight"] = at::zeros({2, 32});
        QVERIFY(codeOf([&] { saveSequenceClassifier(path("no"), m_tiny / "encoder", weights, {"a", "a"}); }) == ErrorCode::InvalidArgument);
        QVERIFY(!fs::exists(path("no")));
    }
    void shardsAreReadAsOneModel() {
        const fs::path folder = copyOf(m_tiny / "encoder", "sharded");
        Json map = Json::object();
        {
            const SafetensorsFile file(m_tiny / "encoder/model.safetensors");
            std::vector<TensorToWrite> shards[2];
            for (const auto& [name, view] : file.tensors()) {
                const std::size_t shard = map.size() % 2;
                shards[shard].push_back({name, view.dtype, view.shape, view.data});
                map[name] = shard == 0 ? "one.safetensors" : "two.safetensors";
            }
            writeSafetensors(folder / "one.safetensors", shards[0]);
            writeSafetensors(folder / "two.safetensors", shards[1]);
        }
        fs::remove(folder / "model.safetensors");
        writeJsonFile(folder / "model.safetensors.index.json", {{"weight_map", map}});
        const fs::path target = importModel(folder, "sharded", path("models5"), nullProgress(), {});
        QCOMPARE(describeModelFolder(target).parameters, describeModelFolder(m_tiny / "encoder").parameters);
        const Bert sharded = openBert(target);
        const Bert whole = openBert(m_tiny / "encoder");
        QCOMPARE(sharded.weights().size(), whole.weights().size());
        for (const auto& [name, tensor] : whole.weights())
            QVERIFY2(sharded.weights().at(name).equal(tensor), name.c_str());
        fs::remove(target / "two.safetensors");
        QVERIFY(codeOf([&] { openBert(target); }) == ErrorCode::NotFound);
    }
    void oldNamesOfNormsAreRead() {
        const fs::path folder = copyOf(m_tiny / "encoder", "old");
        std::vector<TensorToWrite> renamed;
        {
            const SafetensorsFile file(m_tiny / "encoder/model.safetensors");
            for (const auto& [name, view] : file.tensors()) {
                std::string old = "bert." + name;
                if (old.ends_with("LayerNorm.weight"))
                    old.replace(old.size() - 6, 6, "gamma");
                else if (old.ends_with("LayerNorm.bias"))
                    old.replace(old.size() - 4, 4, "beta");
                renamed.push_back({old, view.dtype, view.shape, view.data});
            }
            writeSafetensors(folder / "model.safetensors", renamed);
        }
        QCOMPARE(describeModelFolder(folder).kind, std::string("encoder"));
        const Bert old = openBert(folder);
        const Bert now = openBert(m_tiny / "encoder");
        QVERIFY(old.weights().at("embeddings.LayerNorm.weight").equal(now.weights().at("embeddings.LayerNorm.weight")));
        QCOMPARE(old.weights().size(), now.weights().size());
    }
    void tensorsBesideTheModelMayHaveNoDimension() {
        const fs::path folder = copyOf(m_tiny / "encoder", "scaled");
        const float scale = 2.5f;
        std::vector<TensorToWrite> tensors = {{"logit_scale", DType::F32, {}, std::as_bytes(std::span(&scale, 1))}};
        {
            const SafetensorsFile file(m_tiny / "encoder/model.safetensors");
            for (const auto& [name, view] : file.tensors())
                tensors.push_back({name, view.dtype, view.shape, view.data});
            writeSafetensors(folder / "model.safetensors", tensors);
        }
        QCOMPARE(describeModelFolder(folder).kind, std::string("encoder"));
        importModel(folder, "scaled", path("models6"), nullProgress(), {});
        QCOMPARE(openBert(path("models6") / "scaled").weights().size(), openBert(m_tiny / "encoder").weights().size());
    }
    void weightsThatAreNoNumbersAreRefused() {
        const auto refused = [&](const fs::path& source, const std::string& file, const std::string& tensor) {
            try {
                importModel(source, "spoilt", path("spoilt-models"), nullProgress(), {});
                QFAIL("no error");
            } catch (const Error& error) {
                QVERIFY2(error.code() == ErrorCode::InvalidInput && error.message().find(file) != std::string::npos && error.message().find("'" + tensor + "'") != std::string::npos,
                         error.what());
            }
        };
        const fs::path data = TRIPTYCH_TEST_DATA;
        const fs::path encoder = copyOf(m_tiny / "encoder", "spoilt-encoder"), decoder = copyOf(data / "decoders/llama", "spoilt-decoder");
        testing::spoil(encoder / "model.safetensors", "embeddings.LayerNorm.bias");
        refused(encoder, "spoilt-encoder/model.safetensors", "embeddings.LayerNorm.bias");
        testing::spoil(decoder / "model.safetensors", "model.norm.weight");
        refused(decoder, "spoilt-decoder/model.safetensors", "model.norm.weight");

        const fs::path gguf = path("spoilt.gguf");
        std::string bytes = readFile(data / "decoders/llama_q8.gguf");
        {
            const GgufFile file(data / "decoders/llama_q8.gguf");
            const GgufTensor& tensor = file.tensor("blk.1.ffn_up.weight");
            QVERIFY(tensor.type == GgmlType::Q8_0);
            const std::size_t at = bytes.find(std::string_view(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size()));
            bytes.replace(at + 34, 2, "\x00\xfc", 2); // the second block's scale is -infinity
        }
        atomicWrite(gguf, bytes);
        refused(gguf, "spoilt.gguf", "blk.1.ffn_up.weight");
        QCOMPARE(entries(path("spoilt-models")), 0);
    }
    void keysOfAnotherTypeAreNamed_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* model, const char* file, const char* key, const char* value) {
            QTest::addRow("%s %s %s", file, key, value) << QString::fromLatin1(model) << QString::fromLatin1(file) << QString::fromLatin1(key) << QString::fromLatin1(value);
        };
        row("bert_tiny/encoder", "config.json", "hidden_act", "5");
        row("bert_tiny/encoder", "config.json", "architectures", "\"BertModel\"");
        row("bert_tiny/encoder", "config.json", "architectures", "[5]");
        row("bert_tiny/classifier", "config.json", "problem_type", "5");
        row("bert_tiny/classifier", "config.json", "id2label", "[\"alpha\"]");
        row("bert_tiny/encoder", "1_Pooling/config.json", "pooling_mode", "5");
        row("bert_tiny/encoder", "1_Pooling/config.json", "pooling_mode_mean_tokens", "\"yes\"");
        row("bert_tiny/encoder", "1_Pooling/config.json", "word_embedding_dimension", "-32");
        row("bert_tiny/encoder", "sentence_bert_config.json", "max_seq_length", "\"64\"");
        row("bert_tiny/encoder", "sentence_bert_config.json", "max_seq_length", "0");
        row("bert_tiny/encoder", "tokenizer_config.json", "model_max_length", "\"64\"");
        row("bert_tiny/encoder", "tokenizer_config.json", "model_max_length", "-1");
        row("decoders/llama", "generation_config.json", "eos_token_id", "\"2\"");
        row("decoders/llama", "generation_config.json", "eos_token_id", "[2, 96]");
        row("t5/t5", "config.json", "tie_word_embeddings", "1");
    }
    void keysOfAnotherTypeAreNamed() {
        QFETCH(QString, model);
        QFETCH(QString, file);
        QFETCH(QString, key);
        QFETCH(QString, value);
        fs::remove_all(path("typed"));
        const fs::path folder = copyOf(fs::path(TRIPTYCH_TEST_DATA) / model.toStdString(), "typed"), changed = folder / file.toStdString();
        describeModelFolder(folder);
        Json json = fs::exists(changed) ? readJsonFile(changed) : Json::object();
        json[key.toStdString()] = Json::parse(value.toStdString());
        writeJsonFile(changed, json);
        try {
            describeModelFolder(folder);
            QFAIL("no error");
        } catch (const Error& error) {
            const QString said = QString::fromStdString(error.message());
            QVERIFY2(error.code() == ErrorCode::InvalidInput && said.contains(file) && said.contains(key), error.what());
        }
    }
    void specialTokensOfAnotherTypeAreNamed() {
        const fs::path folder = copyOf(m_tiny / "encoder", "special");
        Json json = readJsonFile(folder / "tokenizer_config.json");
        for (const Json& wrong : {Json(5), Json(Json::array()), Json({{"content", 5}})}) {
            json["eos_token"] = wrong;
            writeJsonFile(folder / "tokenizer_config.json", json);
            QVERIFY(codeOf([&] { specialTokensOf(folder); }) == ErrorCode::InvalidInput);
        }
        json["eos_token"] = nullptr; // as transformers writes it
        writeJsonFile(folder / "tokenizer_config.json", json);
        specialTokensOf(folder);
    }
    void labelsWithHolesAreRefused() {
        const fs::path folder = copyOf(m_tiny / "classifier", "holes");
        std::string config = readFile(folder / "config.json");
        config.replace(config.find("\"2\": \"gamma\""), 12, "\"3\": \"gamma\"");
        atomicWrite(folder / "config.json", config);
        QVERIFY(codeOf([&] { describeModelFolder(folder); }) == ErrorCode::InvalidInput);
    }
};

QTEST_GUILESS_MAIN(ModelFolderTest)
#include "tst_model_folder.moc"
