#include "base/error.h"
#include "base/files.h"
#include "formats/safetensors.h"
#include "interop/hugging_face.h"
#include "interop/merged_model.h"
#include "interop/model_folder.h"
#include "models/decoder.h"
#include "models/lora_adapter.h"
#include "models/t5.h"
#include "models/task_model.h"
#include "support/decoder_fixtures.h"
#include "support/speaking_models.h"

#include <ATen/core/grad_mode.h>

#include <fmt/format.h>

#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

const fs::path kData = TRIPTYCH_TEST_DATA;

std::vector<std::vector<std::int32_t>> sequences() { return decoders::idsOf(readJsonFile(kData / "adapters/expected.json")["sequences"]); }
at::Tensor wanted(const std::string& name) { return decoders::readFloats(kData / "adapters/expected.safetensors").at(name); }

ErrorCode codeOf(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::Internal;
}

} // namespace

/// PEFT folders as models: described, imported, merged.
class AdapterFolderTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;

    fs::path path(const char* name) const { return m_dir->path().toStdString() + "/" + name; }
    static int entries(const fs::path& folder) { return fs::exists(folder) ? static_cast<int>(std::distance(fs::directory_iterator(folder), {})) : 0; }

private Q_SLOTS:
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        qputenv("TRIPTYCH_DATA_DIR", (m_dir->path() + QStringLiteral("/data")).toLocal8Bit());
    }

    void summariesSayBaseAndAdapter() {
        const ModelSummary llama = describeModelFolder(kData / "adapters/llama-patterns");
        const ModelSummary base = describeModelFolder(kData / "decoders/llama");
        QCOMPARE(llama.kind, std::string("decoder"));
        QCOMPARE(llama.architecture, base.architecture);
        QCOMPARE(llama.parameters, base.parameters);
        QCOMPARE(llama.dtype, base.dtype);
        QVERIFY(fs::equivalent(llama.adapter->base, kData / "decoders/llama"));
        QCOMPARE(llama.adapter->r, 3);
        QCOMPARE(llama.adapter->lora_alpha, 5.0);
        QVERIFY(llama.adapter->use_rslora && !llama.adapter->use_dora);
        QCOMPARE(llama.adapter->target_modules.size(), std::size_t(7));
        QVERIFY(llama.adapter->parameters > 1000);
        QVERIFY(!base.adapter);
        QVERIFY(describeModelFolder(kData / "adapters/gpt2-dora").adapter->use_dora);

        const ModelSummary classifier = describeModelFolder(kData / "adapters/bert-sequence");
        QCOMPARE(classifier.kind, std::string("classifier"));
        QCOMPARE(classifier.architecture, std::string("BertForSequenceClassification"));
        QCOMPARE(classifier.labels, (std::vector<std::string>{"LABEL_0", "LABEL_1", "LABEL_2"}));
        QCOMPARE(describeModelFolder(kData / "adapters/bert-features").kind, std::string("encoder"));
        QCOMPARE(describeModelFolder(kData / "adapters/t5-plain").kind, std::string("seq2seq"));

        const Json json = modelSummaryToJson(classifier);
        QCOMPARE(json["adapter"]["r"].get<int>(), 4);
        QVERIFY(json["adapter"]["modules_to_save"].size() >= 2);
        QVERIFY(!modelSummaryToJson(base).contains("adapter"));
        bool found = false;
        for (const TensorSummary& tensor : describeTensors(kData / "adapters/llama-plain"))
            found = found || tensor.name == "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
        QVERIFY(found);
    }
    void everyFixtureIsDescribed() {
        const Json cases = readJsonFile(kData / "adapters/expected.json")["cases"];
        for (const auto& [name, unused] : cases.items())
            QVERIFY2(describeModelFolder(kData / "adapters" / name).adapter.has_value(), name.c_str());
    }
    void labelsBesideTheAdapterAreItsOwn() {
        fs::copy(kData / "adapters/bert-sequence", path("labelled"));
        Json config = readJsonFile(path("labelled") / "adapter_config.json");
        config["base_model_name_or_path"] = (kData / "encoders/bert-mask").string();
        writeJsonFile(path("labelled") / "adapter_config.json", config);
        writeJsonFile(path("labelled") / "config.json", {{"id2label", {{"0", "good"}, {"1", "bad"}, {"2", "ugly"}}}});
        QCOMPARE(describeModelFolder(path("labelled")).labels, (std::vector<std::string>{"good", "bad", "ugly"}));
        QCOMPARE(readLabels(path("labelled")).size(), std::size_t(3));
    }
    void importFindsTheBaseAndWritesItDown() {
        const fs::path models = path("data/models");
        importModel(kData / "decoders/llama", "tiny", models, nullProgress(), {});
        // As it comes from elsewhere: its base is a name of a place that is not here.
        fs::copy(kData / "adapters/llama-plain", path("from"));
        Json config = readJsonFile(path("from") / "adapter_config.json");
        config["base_model_name_or_path"] = "somebody/Tiny";
        writeJsonFile(path("from") / "adapter_config.json", config);
        atomicWrite(path("from") / "optimizer.pt", "x");
        importModel(path("from"), "adapted", models, nullProgress(), {});
        QCOMPARE(readJsonFile(models / "adapted/adapter_config.json")["base_model_name_or_path"].get<std::string>(), std::string("tiny"));
        QCOMPARE(readJsonFile(path("from") / "adapter_config.json")["base_model_name_or_path"].get<std::string>(), std::string("somebody/Tiny"));
        QVERIFY(!fs::exists(models / "adapted/optimizer.pt"));
        const at::NoGradGuard guard;
        QVERIFY(decoders::difference(openDecoder(models / "adapted").forward(decoders::pack(sequences())).logits, wanted("llama-plain")) <= 1e-4);

        // A base that is no model of this user is written down by its path; one that is given comes before the one that is named.
        config["base_model_name_or_path"] = "gone/away";
        writeJsonFile(path("from") / "adapter_config.json", config);
        QVERIFY(codeOf([&] { importModel(path("from"), "lost", models, nullProgress(), {}); }) == ErrorCode::NotFound);
        importModel(path("from"), "found", models, nullProgress(), {}, kData / "decoders/llama");
        QCOMPARE(readJsonFile(models / "found/adapter_config.json")["base_model_name_or_path"].get<std::string>(), (kData / "decoders/llama").string());
        QVERIFY(codeOf([&] { importModel(path("from"), "wrong", models, nullProgress(), {}, kData / "decoders/gpt2"); }) == ErrorCode::InvalidInput);
        QVERIFY(codeOf([&] { importModel(kData / "decoders/llama", "whole", models, nullProgress(), {}, kData / "decoders/llama"); }) == ErrorCode::InvalidArgument);
        QCOMPARE(entries(models), 3);
        fs::remove_all(models / "tiny");
        QVERIFY(codeOf([&] { describeModelFolder(models / "adapted"); }) == ErrorCode::NotFound);
    }
    void weightsThatAreNoNumbersAreRefused() {
        fs::copy(kData / "adapters/llama-plain", path("from"));
        const std::string tensor = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";
        testing::spoil(path("from") / "adapter_model.safetensors", tensor);
        try {
            importModel(path("from"), "spoilt", path("data/models"), nullProgress(), {}, kData / "decoders/llama");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(error.code() == ErrorCode::InvalidInput && error.message().find("'" + tensor + "'") != std::string::npos, error.what());
        }
        QCOMPARE(entries(path("data/models")), 0);
    }
    void tokenizersComeFromTheAdapterOrItsBase() {
        fs::create_directories(path("models"));
        fs::copy(kData / "bert_tiny/encoder", path("models/base"), fs::copy_options::recursive);
        fs::copy(kData / "adapters/bert-features", path("models/adapter"));
        Json config = readJsonFile(path("models/adapter/adapter_config.json"));
        config["base_model_name_or_path"] = "base";
        writeJsonFile(path("models/adapter/adapter_config.json"), config);
        QVERIFY(fs::equivalent(tokenizerFolder(path("models/adapter")), path("models/base")));
        fs::copy_file(path("models/base/tokenizer.json"), path("models/adapter/tokenizer.json"));
        QCOMPARE(tokenizerFolder(path("models/adapter")), path("models/adapter"));
        QCOMPARE(tokenizerFolder(path("models/base")), path("models/base"));
    }
    void mergedModelsAreWholeModels_data() {
        QTest::addColumn<QString>("name");
        const Json cases = readJsonFile(kData / "adapters/expected.json")["cases"];
        for (const auto& [name, unused] : cases.items())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void mergedModelsAreWholeModels() {
        QFETCH(QString, name);
        const at::NoGradGuard guard;
        const std::string adapter = name.toStdString();
        const MergedModel merged = mergeAdapterFolder(kData / "adapters" / adapter);
        fs::create_directories(path("merged"));
        writeJsonFile(path("merged") / "config.json", merged.config);
        saveTensors(path("merged") / "model.safetensors", merged.weights);
        const ModelSummary summary = describeModelFolder(path("merged"));
        QCOMPARE(summary.kind, describeModelFolder(kData / "adapters" / adapter).kind);
        QVERIFY(!summary.adapter);
        std::int64_t row = 0;
        const at::Tensor want = wanted(adapter);
        if (summary.kind == "decoder") {
            QVERIFY(decoders::difference(openDecoder(path("merged")).forward(decoders::pack(sequences())).logits, want) <= 1e-4);
            return;
        }
        for (const std::vector<std::int32_t>& ids : sequences()) {
            Encoding encoding;
            encoding.ids = ids;
            const Encoding* const one = &encoding;
            at::Tensor got;
            if (summary.kind == "seq2seq") {
                const T5 model = T5::open(path("merged"));
                T5::State state = model.begin(model.encode(ids));
                got = model.step(state, std::vector<std::int32_t>{0, ids[0], ids[1], ids[2]});
            } else if (summary.architecture == "BertModel") {
                const Bert bert = openBert(path("merged"));
                got = bert.forward(bert.pack({&one, 1}));
            } else {
                const TaskModel model = TaskModel::open(path("merged"));
                got = model.logits(model.bert().pack({&one, 1}));
            }
            QVERIFY2(decoders::difference(got, want.narrow(0, row, got.size(0))) <= 1e-4, adapter.c_str());
            row += got.size(0);
        }
        QCOMPARE(row, want.size(0));
    }
};

QTEST_GUILESS_MAIN(AdapterFolderTest)
#include "tst_adapter_folder.moc"
