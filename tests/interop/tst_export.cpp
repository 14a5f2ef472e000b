// Every export is opened again by a second process (the real engine), then by this one; what can go wrong with one is done to it.

#include "base/error.h"
#include "base/process.h"
#include "formats/gguf.h"
#include "interop/export_config.h"
#include "interop/export_model.h"
#include "interop/export_proof.h"
#include "interop/export_weights.h"
#include "interop/model_folder.h"
#include "models/decoder.h"
#include "support/decoder_fixtures.h"
#include "support/speaking_models.h"
#include "text/gguf_conversion.h"
#include "text/tokenizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <csignal>
#include <fstream>
#include <functional>
#include <sys/resource.h>
#include <tuple>
#include <unistd.h>

using namespace triptych;
using namespace triptych::testing;

namespace {

struct Steps final : ProgressSink {
    std::function<void(const Progress&)> seen;
    std::vector<Progress> all;
    void progress(const Progress& step) override {
        all.push_back(step);
        if (seen)
            seen(step);
    }
    void metric(std::string_view, std::int64_t, double) override {}
    void log(LogLevel, std::string_view) override {}
};

} // namespace

class ExportTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;
    QByteArray m_engine;

    fs::path path(const std::string& name) const { return m_dir->path().toStdString() + "/" + name; }
    std::ptrdiff_t entries() const { return std::distance(fs::directory_iterator(m_dir->path().toStdString()), {}); }
    static ExportResult write(const fs::path& model, const fs::path& out, const std::string& type = {}, const DecoderWeights* weights = nullptr) {
        ExportRequest request;
        request.model = model;
        request.name = "tiny";
        request.weights = weights;
        request.format = out.extension() == ".gguf" ? ExportFormat::Gguf : ExportFormat::HuggingFace;
        request.type = type;
        request.out = out;
        return exportModel(request, nullProgress(), {});
    }
    static std::string refusal(ErrorCode code, const std::function<void()>& call) {
        try {
            call();
        } catch (const Error& error) {
            return error.code() == code ? error.message() : fmt::format("{} instead: {}", errorCodeName(error.code()), error.message());
        }
        return "no error";
    }
    static at::Tensor logitsOf(const fs::path& model) {
        const at::NoGradGuard guard;
        return openDecoder(model).forward(decoders::pack({{3, 17, 5, 90, 44, 2, 61, 8}, {1, 2, 3}})).logits;
    }
    static void editJson(const fs::path& file, const std::function<void(Json&)>& edit) {
        Json json = readJsonFile(file);
        edit(json);
        writeJsonFile(file, json);
    }
    /// Rewrites a folder's weights.
    static void editTensors(const fs::path& folder, DType dtype, const std::function<void(const std::string&, std::vector<float>&)>& edit) {
        const fs::path file = folder / "model.safetensors";
        std::map<std::string, std::vector<float>> values;
        std::vector<FloatsToWrite> tensors;
        {
            const SafetensorsFile source(file);
            for (const auto& [name, view] : source.tensors()) {
                values[name] = valuesOf(view);
                edit(name, values[name]);
                tensors.push_back({name, view.shape, values[name]});
            }
        }
        writeSafetensorsAs(dtype, file, tensors, {{"format", "pt"}});
    }

private Q_SLOTS:
    void initTestCase() { m_engine = qgetenv("TRIPTYCH_ENGINE"); }
    void init() {
        m_dir = std::make_unique<QTemporaryDir>();
        qputenv("TRIPTYCH_ENGINE", m_engine);
    }

    void adaptersAreWrittenAsWholeModels() {
        const fs::path adapters = fs::path(TRIPTYCH_TEST_DATA) / "adapters";
        for (const char* name : {"llama-patterns", "gpt2-dora", "llama-words"}) {
            for (const char* out : {"", ".gguf"}) {
                const fs::path written = write(adapters / name, path(std::string(name) + out), *out ? "f16" : "f32").path;
                const double off = decoders::difference(logitsOf(adapters / name), logitsOf(written));
                QVERIFY2(off <= (*out ? 1e-2 : 1e-4), fmt::format("{}{} is off by {}", name, out, off).c_str());
            }
        }
        const fs::path classifier = write(adapters / "bert-sequence", path("classifier")).path;
        QCOMPARE(describeModelFolder(classifier).kind, std::string("classifier"));
        QVERIFY(!fs::exists(classifier / "adapter_config.json"));
        QCOMPARE(entries(), 2 * 3 + 3 + 1); // nothing else: of a GGUF file its proof too
    }
    void adaptersOnGgufFilesAreWritten_data() {
        QTest::addColumn<QString>("base");
        QTest::addColumn<bool>("tied"); // that of what is written
        for (const auto& [name, base, tied] : {std::tuple("llama-plain", "llama_q8.gguf", false), std::tuple("gpt2-words", "gpt2/model.gguf", false),
                                               std::tuple("qwen2-head", "qwen2/model.gguf", false), std::tuple("qwen2-words", "qwen2/model.gguf", false),
                                               std::tuple("qwen2-lora-bias", "qwen2/model.gguf", true), std::tuple("gemma3-words", "gemma3/model.gguf", false)})
            QTest::newRow(name) << QString::fromUtf8(base) << tied;
    }
    void adaptersOnGgufFilesAreWritten() {
        QFETCH(QString, base);
        QFETCH(bool, tied);
        fs::create_directories(path("base"));
        fs::copy_file(data() / "decoders" / base.toStdString(), path("base/model.gguf"));
        const fs::path adapter = path("adapter");
        fs::copy(data() / "adapters" / QTest::currentDataTag(), adapter);
        editJson(adapter / "adapter_config.json", [&](Json& config) { config["base_model_name_or_path"] = path("base").string(); });
        const ExportResult whole = write(adapter, path("whole"));
        QVERIFY(decoders::difference(logitsOf(adapter), logitsOf(whole.path)) <= 1e-4);
        QCOMPARE(whole.type, std::string("f32"));
        QVERIFY(whole.proof["source_difference"].get<double>() <= 1e-4);
        QCOMPARE(readDecoderConfig(whole.path).tie_word_embeddings, tied);
        const ExportResult file = write(adapter, path("whole.gguf"));
        QVERIFY(decoders::difference(logitsOf(adapter), logitsOf(file.path)) <= 1e-2);
        QCOMPARE(GgufFile(file.path).tensors().contains("output.weight"), !tied);
        // What it was made from is written down.
        const Json& from = file.proof["made_from"];
        QCOMPARE(from["base"]["name"].get<std::string>(), std::string("base"));
        QCOMPARE(from["base"]["files"]["model.gguf"].get<std::string>(), sha256File(path("base/model.gguf")));
        QCOMPARE(from["adapter"]["files"]["adapter_model.safetensors"].get<std::string>(), sha256File(adapter / "adapter_model.safetensors"));
        QVERIFY(verifyExport(file.path, nullProgress(), {}).differences.empty());
        QCOMPARE(entries(), 5); // nothing else
    }
    void anAdaptersOwnTokenizerIsTaken_data() {
        QTest::addColumn<bool>("file");
        QTest::newRow("base is a folder") << false;
        QTest::newRow("base is a GGUF file") << true;
    }
    void anAdaptersOwnTokenizerIsTaken() {
        QFETCH(bool, file);
        const fs::path model = speakingModel(path("model"), "llama", "llama3");
        if (file) {
            fs::create_directories(path("base"));
            write(model, path("base/model.gguf"));
            fs::remove(path("base/model.gguf.proof.json"));
        }
        const fs::path adapter = path("adapter");
        fs::copy(data() / "adapters/llama-plain", adapter);
        editJson(adapter / "adapter_config.json", [&](Json& config) { config["base_model_name_or_path"] = path(file ? "base" : "model").string(); });
        editJson(model / "tokenizer_config.json", [](Json& config) { config["bos_token"] = "<|eot_id|>"; });
        for (const char* name : {"tokenizer.json", "tokenizer_config.json"})
            fs::copy_file(model / name, adapter / name);
        atomicWrite(adapter / "chat_template.jinja", "{% for m in messages %}{{ m.content }}!{% endfor %}");
        const ExportResult whole = write(adapter, path("whole"));
        QCOMPARE(readFile(whole.path / "chat_template.jinja"), std::string("{% for m in messages %}{{ m.content }}!{% endfor %}"));
        QCOMPARE(whole.type, std::string(file ? "f32" : "f16")); // as the base is
        QCOMPARE(std::string(GgufFile(write(adapter, path("whole.gguf")).path).string("tokenizer.chat_template")), std::string("{% for m in messages %}{{ m.content }}!{% endfor %}"));
    }
    void mergingCanBeStoppedAndSaysHowFarItIs() {
        ExportRequest request{data() / "adapters/llama-patterns", "x", nullptr, ExportFormat::HuggingFace, "", path("out")};
        Steps steps;
        QCOMPARE(exportModel(request, steps, {}).type, std::string("f16")); // as the base is
        std::int64_t last = -1, total = 0;
        for (const Progress& step : steps.all) {
            if (step.stage != "merge")
                continue;
            QVERIFY(step.done >= last);
            last = step.done;
            total = step.total;
        }
        QVERIFY(total > 10 && last == total);
        fs::remove_all(path("out"));
        std::stop_source stop;
        Steps sink;
        sink.seen = [&](const Progress& step) {
            if (step.stage == "merge" && step.done == 3)
                stop.request_stop();
        };
        QVERIFY(refusal(ErrorCode::Cancelled, [&] { exportModel(request, sink, stop.get_token()); }).find("cancelled") != std::string::npos);
        QVERIFY(sink.all.back().stage == "merge" && sink.all.back().done <= 4);
        QCOMPARE(entries(), 0);
    }
    void everyFamilyIsWrittenProvenAndOpened_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("tokenizer");
        QTest::addColumn<QString>("type");
        QTest::addColumn<double>("error");
        const std::pair<const char*, const char*> families[] = {{"gpt2", "gpt2"}, {"llama", "llama3"}, {"mistral", "sentencepiece"}, {"qwen2", "qwen2"}, {"qwen3", "smollm"}, {"gemma3", "gemma"}};
        for (const auto& [family, tokenizer] : families) {
            for (const auto& [type, error] : {std::pair("hf f32", 1e-5), std::pair("hf f16", 1e-2), std::pair("hf bf16", 0.1), std::pair("gguf f16", 1e-2), std::pair("gguf q8_0", 0.3), std::pair("gguf q4_0", 8.0)})
                QTest::addRow("%s %s", family, type) << QString::fromUtf8(family) << QString::fromUtf8(tokenizer) << QString::fromUtf8(type) << error;
        }
    }
    void everyFamilyIsWrittenProvenAndOpened() {
        QFETCH(QString, family);
        QFETCH(QString, tokenizer);
        QFETCH(QString, type);
        QFETCH(double, error);
        const fs::path model = speakingModel(path("model"), family.toStdString(), tokenizer.toStdString());
        const bool gguf = type.startsWith(QLatin1String("gguf"));
        const std::string word = type.section(u' ', 1).toStdString();
        const ExportResult result = write(model, path(gguf ? "out.gguf" : "out"), word);
        QCOMPARE(entries(), gguf ? 3 : 2);
        QVERIFY(result.proof["questions"]["prompts"].size() >= 8);
        QVERIFY(result.proof["largest_difference"].get<double>() <= 1e-5);
        const double off = decoders::difference(logitsOf(model), logitsOf(result.path));
        QVERIFY2(off <= error, qPrintable(QString::number(off)));
        if (word == "f32") {
            QVERIFY(result.proof["drift"].is_null());
            QVERIFY(result.proof["source_difference"].get<double>() <= 1e-5);
        }
        if (word == "q4_0") {
            const auto kl = [](const ExportResult& of) { return of.proof["drift"]["mean_kl"].get<double>(); };
            const double q8 = kl(write(model, path("q8.gguf"), "q8_0")), half = kl(write(model, path("half.gguf"), "f16"));
            QVERIFY2(kl(result) > q8 && q8 > half && half >= 0, fmt::format("{} {} {}", kl(result), q8, half).c_str());
            for (const char* name : {"q8.gguf", "q8.gguf.proof.json", "half.gguf", "half.gguf.proof.json"})
                fs::remove(path(name));
        }
        if (gguf) {
            const GgufFile file(result.path);
            QVERIFY(file.string("tokenizer.ggml.model") == (tokenizer == QLatin1String("sentencepiece") || tokenizer == QLatin1String("gemma") ? "llama" : "gpt2"));
            QVERIFY(file.tensor("blk.0.attn_norm.weight").type == GgmlType::F32);
            QCOMPARE(file.strings("tokenizer.ggml.tokens").size(), static_cast<std::size_t>(file.tensor("token_embd.weight").shape[0]));
        } else {
            QCOMPARE(describeModelFolder(result.path).kind, std::string("decoder"));
            QVERIFY(readFile(result.path / "README.md").find("## Export proof") != std::string::npos);
        }
        const ProofCheck check = verifyExport(result.path, nullProgress(), {});
        QVERIFY2(check.differences.empty(), fmt::format("{}", fmt::join(check.differences, "; ")).c_str());
        QCOMPARE(check.prompts, result.proof["questions"]["prompts"].size());
        QVERIFY(fs::exists(gguf ? path("out.gguf.proof.json") : path("out/export_proof.json")));
    }
    void ggufFilesBecomeFoldersAgain_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("tokenizer");
        QTest::newRow("byte level") << QStringLiteral("llama") << QStringLiteral("llama3");
        QTest::newRow("gpt2") << QStringLiteral("gpt2") << QStringLiteral("gpt2");
        QTest::newRow("qwen2") << QStringLiteral("qwen2") << QStringLiteral("smollm");
        QTest::newRow("qwen3") << QStringLiteral("qwen3") << QStringLiteral("smollm");
        QTest::newRow("sentencepiece") << QStringLiteral("mistral") << QStringLiteral("sentencepiece");
        QTest::newRow("gemma") << QStringLiteral("gemma3") << QStringLiteral("gemma");
    }
    void ggufFilesBecomeFoldersAgain() {
        QFETCH(QString, family);
        QFETCH(QString, tokenizer);
        const fs::path model = speakingModel(path("model"), family.toStdString(), tokenizer.toStdString());
        const fs::path file = write(model, path("there.gguf"), "f16").path;
        const fs::path back = write(file, path("back"), "f32").path;
        QVERIFY(decoders::difference(logitsOf(file), logitsOf(back)) <= 1e-5);
        QCOMPARE(differenceOf(arithmeticOf(readDecoderConfig(model)), arithmeticOf(readDecoderConfig(back))), std::string());
        QVERIFY(readDecoderConfig(back).eos_token_id == readDecoderConfig(model).eos_token_id);
        const auto before = Tokenizer::open(model), after = Tokenizer::open(back);
        for (const char* text : {"the abc and another\n\n  one", "Größe 今天 <s></s> 12345", "<|im_start|>user", ""})
            QVERIFY2(before->encode(text).ids == after->encode(text).ids, text);
        QCOMPARE(readFile(back / "chat_template.jinja"), readFile(model / "chat_template.jinja"));
        // A file in a folder of its own, as an import makes it, is taken likewise.
        fs::create_directories(path("imported"));
        fs::copy_file(file, path("imported/there.gguf"));
        QCOMPARE(write(path("imported"), path("again.gguf"), "q8_0").type, std::string("q8_0"));
    }
    void filesOfOthersBecomeFolders_data() {
        QTest::addColumn<QString>("file");
        for (const char* file : {"gpt2/model.gguf", "qwen2/model.gguf", "qwen3/model.gguf", "gemma3/model.gguf", "llama_llama3.gguf", "llama_q8.gguf"})
            QTest::newRow(file) << QString::fromUtf8(file);
    }
    void filesOfOthersBecomeFolders() {
        QFETCH(QString, file);
        const fs::path source = data() / "decoders" / file.toStdString();
        const ExportResult result = write(source, path("out"));
        QCOMPARE(result.type, std::string("f32"));
        QVERIFY(decoders::difference(logitsOf(source), logitsOf(result.path)) <= 1e-5);
        if (file == QLatin1String("llama_llama3.gguf"))
            QCOMPARE(readJsonFile(path("out/config.json"))["rope_scaling"]["original_max_position_embeddings"].get<int>(), 16);
    }
    void ropeVariantsFitIntoGguf_data() {
        QTest::addColumn<QString>("variant");
        for (const auto& [name, unused] : decoders::expected()["variants"].items())
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    void ropeVariantsFitIntoGguf() {
        QFETCH(QString, variant);
        const fs::path model = speakingModel(path("model"), "llama", "llama3");
        editJson(model / "config.json", [&](Json& config) {
            config["rope_parameters"] = decoders::expected()["variants"][variant.toStdString()]["config"]["rope_parameters"];
        });
        const fs::path file = write(model, path("out.gguf"), "f16").path;
        QVERIFY(decoders::difference(logitsOf(model), logitsOf(file)) <= 1e-2);
        QVERIFY(decoders::difference(logitsOf(file), logitsOf(write(file, path("back")).path)) <= 1e-5);
    }
    void encodersAndT5GoToFolders_data() {
        QTest::addColumn<QString>("model");
        for (const char* model : {"bert_tiny/encoder", "bert_tiny/classifier", "encoders/roberta-sequence", "encoders/distilbert-mask", "encoders/xlm-roberta-span", "t5/t5", "t5/t5-v1.1", "t5/mt5"})
            QTest::newRow(model) << QString::fromUtf8(model);
    }
    void encodersAndT5GoToFolders() {
        QFETCH(QString, model);
        const fs::path source = data() / model.toStdString();
        const ExportResult kept = write(source, path("kept"));
        QVERIFY(kept.proof["largest_difference"].get<double>() <= 1e-5);
        const ExportResult half = write(source, path("half"), "f16");
        QVERIFY(half.proof["largest_difference"].get<double>() <= 1e-5);
        const ModelSummary before = describeModelFolder(source), after = describeModelFolder(half.path);
        QCOMPARE(after.kind, before.kind);
        QCOMPARE(after.labels, before.labels);
        QCOMPARE(after.dtype, std::string("F16"));
        QCOMPARE(readJsonFile(half.path / "config.json")["dtype"].get<std::string>(), std::string("float16"));
        QVERIFY(verifyExport(half.path, nullProgress(), {}).differences.empty());
        QVERIFY(refusal(ErrorCode::Unsupported, [&] { write(source, path("no.gguf")); }).find("no decoder") != std::string::npos);
    }
    void driftIsThatOfAHandCalculation() {
        // One prompt of two tokens; rows of logits are logarithms of probabilities.
        const at::Tensor source = at::tensor({std::log(0.5f), std::log(0.5f), std::log(0.25f), std::log(0.75f)}).view({2, 2});
        const at::Tensor exported = at::tensor({std::log(0.25f), std::log(0.75f), std::log(0.25f), std::log(0.75f)}).view({2, 2});
        const Json drift = proofDrift({{"prompts", {{0, 1}}}, {"text_prompts", 1}}, {source}, {exported});
        QVERIFY(std::abs(drift["mean_kl"].get<double>() - 0.5 * std::log(4.0 / 3) / 2) < 1e-6);
        QVERIFY(std::abs(drift["source_perplexity"].get<double>() - 2) < 1e-6);
        QVERIFY(std::abs(drift["perplexity"].get<double>() - 4.0 / 3) < 1e-6);
        QVERIFY(std::abs(drift["largest_logit_difference"].get<double>() - std::log(2.0)) < 1e-6);
        QVERIFY(std::abs(drift["largest_share"].get<double>() - std::log(2.0) / std::log(4.0)) < 1e-6);
        const at::Tensor none = at::tensor({NAN, 0.0f, 0.0f, 0.0f}).view({2, 2});
        QVERIFY(std::isnan(proofDrift({{"prompts", {{0, 1}}}, {"text_prompts", 1}}, {source}, {none})["mean_kl"].get<double>()));
    }
    void weightsOfAnotherModelAreRefused_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("sabotage");
        QTest::addColumn<QString>("type");
        for (const char* type : {"hf f32", "hf f16", "hf bf16", "gguf f16", "gguf q8_0", "gguf q4_0"}) {
            for (const auto& [family, sabotage] : {std::pair("gemma3", "norms without 1"), std::pair("llama", "adapter missing"), std::pair("llama", "another base"),
                                                   std::pair("llama", "doubled head"), std::pair("llama", "queries and keys in another order")})
                QTest::addRow("%s %s", sabotage, type) << QString::fromUtf8(family) << QString::fromUtf8(sabotage) << QString::fromUtf8(type);
        }
    }
    void weightsOfAnotherModelAreRefused() {
        QFETCH(QString, family);
        QFETCH(QString, sabotage);
        QFETCH(QString, type);
        // Of this family's own fixture GGUF cannot say everything.
        const fs::path base = family == QLatin1String("gemma3") ? speakingModel(path("base"), "gemma3", "gemma") : data() / "decoders" / family.toStdString();
        const std::ptrdiff_t before = entries();
        const fs::path model = sabotage == QLatin1String("adapter missing") ? data() / "adapters/llama-patterns" : base;
        std::map<std::string, at::Tensor> given;
        {
            const SafetensorsDecoderWeights own(base);
            for (const StoredWeight& weight : huggingFaceLayout(readDecoderConfig(base), GgmlType::F32))
                given[weight.name] = own.tensor(weight.name, weight.shape);
        }
        for (auto& [name, tensor] : given) {
            if (sabotage == QLatin1String("norms without 1") && name.ends_with("norm.weight"))
                tensor.sub_(1);
            else if (sabotage == QLatin1String("another base") && tensor.dim() == 2)
                tensor = tensor.flip(0).contiguous();
            else if (sabotage == QLatin1String("doubled head") && name == "lm_head.weight")
                tensor.mul_(2);
            else if (sabotage == QLatin1String("queries and keys in another order") && (name.find("q_proj") != std::string::npos || name.find("k_proj") != std::string::npos))
                tensor = tensor.view({-1, 2, 4, tensor.size(1)}).transpose(1, 2).contiguous().view(tensor.sizes());
        }
        const NamedDecoderWeights weights(given, "given");
        const fs::path out = path(type.startsWith(QLatin1String("gguf")) ? "out.gguf" : "out");
        const std::string said = refusal(ErrorCode::Corrupt, [&] { write(model, out, type.section(u' ', 1).toStdString(), &weights); });
        QVERIFY2(said.find("give other outputs than") != std::string::npos, said.c_str());
        QCOMPARE(entries(), before);
    }
    void valuesThatATypeCannotHoldAreRefused() {
        const fs::path model = speakingModel(path("model"), "qwen3", "smollm");
        editTensors(model, DType::F32, [](const std::string& name, std::vector<float>& values) {
            if (name == "lm_head.weight")
                values[0] = 1e6f;
        });
        for (const char* out : {"out", "out.gguf"}) {
            const std::string said = refusal(ErrorCode::Corrupt, [&] { write(model, path(out), "f16"); });
            QVERIFY2(said.find("to f16 costs a mean KL divergence of") != std::string::npos, said.c_str());
        }
        QVERIFY(write(model, path("out"), "bf16").proof["drift"]["mean_kl"].get<double>() <= kMostKlBF16);
        QCOMPARE(entries(), 2);
    }

    void whatIsDoneToAnExportIsSeen_data() {
        QTest::addColumn<QString>("named");
        QTest::newRow("template") << QStringLiteral("chat template");
        QTest::newRow("end token") << QStringLiteral("end a text");
        QTest::newRow("swapped rows") << QStringLiteral("'model.embed_tokens.weight' holds other values");
        QTest::newRow("dtype") << QStringLiteral("is stored as F32 instead of F16");
        QTest::newRow("missing tensor") << QStringLiteral("model.layers.1.mlp.up_proj.weight");
        QTest::newRow("zeroed tensor") << QStringLiteral("'model.layers.1.mlp.up_proj.weight' holds other values");
        QTest::newRow("another model") << QStringLiteral("holds other values");
        QTest::newRow("tokenizer") << QStringLiteral("vocabulary is another");
        QTest::newRow("configuration") << QStringLiteral("'norm_eps'");
        QTest::newRow("decoder") << QStringLiteral("are read as another text");
        QTest::newRow("pooling") << QStringLiteral("the file '1_Pooling/config.json' holds other bytes");
        QTest::newRow("removed file") << QStringLiteral("the file '1_Pooling/config.json' is missing");
        QTest::newRow("added file") << QStringLiteral("there is a file 'generation_config.json' that was not written");
    }
    void whatIsDoneToAnExportIsSeen() {
        QFETCH(QString, named);
        const fs::path model = speakingModel(path("model"), "llama", "llama3");
        fs::create_directories(model / "1_Pooling");
        writeJsonFile(model / "1_Pooling/config.json", {{"pooling_mode_mean_tokens", true}});
        const fs::path out = write(model, path("out")).path;
        // What it says of itself may be written anew.
        atomicWrite(out / "README.md", "# Mine\n");
        atomicWrite(out / ".gitattributes", "*.safetensors filter=lfs\n");
        QVERIFY(verifyExport(out, nullProgress(), {}).differences.empty());
        const std::string sabotage = QTest::currentDataTag();
        const std::string victim = "model.layers.1.mlp.up_proj.weight";
        if (sabotage == "template") {
            atomicWrite(out / "chat_template.jinja", readFile(out / "chat_template.jinja") + " ");
        } else if (sabotage == "end token") {
            editJson(out / "config.json", [](Json& config) { config["eos_token_id"] = 5; });
        } else if (sabotage == "swapped rows") {
            // Of two tokens that stand in none of the prompts' texts.
            editTensors(out, DType::F16, [](const std::string& name, std::vector<float>& values) {
                if (name == "model.embed_tokens.weight")
                    std::swap_ranges(values.begin() + 32 * 700, values.begin() + 32 * 701, values.begin() + 32 * 900);
            });
        } else if (sabotage == "dtype") {
            editTensors(out, DType::F32, [](const std::string&, std::vector<float>&) {});
        } else if (sabotage == "missing tensor") {
            std::vector<TensorToWrite> kept;
            const SafetensorsFile source(out / "model.safetensors");
            for (const auto& [name, view] : source.tensors()) {
                if (name != victim)
                    kept.push_back({name, view.dtype, view.shape, view.data});
            }
            writeSafetensors(out / "model.safetensors", kept);
        } else if (sabotage == "zeroed tensor") {
            editTensors(out, DType::F16, [&](const std::string& name, std::vector<float>& values) {
                if (name == victim)
                    std::fill(values.begin(), values.end(), 0.0f);
            });
        } else if (sabotage == "another model") {
            fs::copy_file(speakingModel(path("other"), "llama", "llama3", 99) / "model.safetensors", out / "model.safetensors", fs::copy_options::overwrite_existing);
        } else if (sabotage == "tokenizer") {
            editJson(out / "tokenizer.json", [](Json& json) {
                Json& vocabulary = json["model"]["vocab"];
                std::swap(vocabulary["a"], vocabulary["b"]);
            });
        } else if (sabotage == "decoder") {
            editJson(out / "tokenizer.json", [](Json& json) { json["decoder"] = nullptr; });
        } else if (sabotage == "pooling") {
            writeJsonFile(out / "1_Pooling/config.json", {{"pooling_mode_cls_token", true}});
        } else if (sabotage == "removed file") {
            fs::remove(out / "1_Pooling/config.json");
        } else if (sabotage == "added file") {
            writeJsonFile(out / "generation_config.json", {{"temperature", 2}});
        } else {
            editJson(out / "config.json", [](Json& config) { config["rms_norm_eps"] = 1e-4; });
        }
        const ProofCheck check = verifyExport(out, nullProgress(), {});
        const std::string said = fmt::format("{}", fmt::join(check.differences, "; "));
        QVERIFY2(said.find(named.toStdString()) != std::string::npos, said.c_str());
    }
    void aChangedGgufFileIsSeen() {
        const fs::path out = write(speakingModel(path("model"), "qwen3", "smollm"), path("out.gguf"), "q8_0").path;
        std::fstream file(out, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(-40, std::ios::end);
        file.put('\x55');
        file.close();
        const ProofCheck check = verifyExport(out, nullProgress(), {});
        QVERIFY(!check.differences.empty());
        QVERIFY2(check.differences.front().find("holds other values") != std::string::npos, check.differences.front().c_str());
        fs::resize_file(out, fs::file_size(out) - 100);
        QVERIFY(verifyExport(out, nullProgress(), {}).differences.front().find("out.gguf") != std::string::npos);
    }
    void manyDifferencesAreSaidInShort() {
        const std::vector<std::string> few = {"a", "b"}, many(12, "c");
        QCOMPARE(joinedDifferences(few), std::string("a; b"));
        QCOMPARE(joinedDifferences(many), std::string("c; c; c; c; c; and 7 more differences"));
    }
    void aSecondProcessThatDiesSaysNothingOfTheFiles() {
        const fs::path out = write(data() / "decoders/llama", path("out")).path;
        const fs::path script = path("dies.sh");
        for (const auto& [line, ended] : {std::pair("kill -9 $$", "ended with 137"), std::pair("exit 2", "ended with 2")}) {
            atomicWrite(script, fmt::format("#!/bin/sh\n{}\n", line));
            fs::permissions(script, fs::perms::owner_all);
            qputenv("TRIPTYCH_ENGINE", script.c_str());
            const std::string said = refusal(ErrorCode::WorkerDied, [&] { verifyExport(out, nullProgress(), {}); });
            QVERIFY2(said.find(ended) != std::string::npos, said.c_str());
            QVERIFY(refusal(ErrorCode::WorkerDied, [&] { write(data() / "decoders/llama", path("other")); }).find(ended) != std::string::npos);
        }
        atomicWrite(script, "#!/bin/sh\necho '{\"error\": {\"code\": \"out_of_memory\", \"message\": \"full\"}}' > $2/answers.json\n");
        fs::permissions(script, fs::perms::owner_all);
        QVERIFY(refusal(ErrorCode::OutOfMemory, [&] { verifyExport(out, nullProgress(), {}); }).find("full") != std::string::npos);
    }
    void leftoversOfKilledExportsGo() {
        QProcess process;
        process.start(QStringLiteral("/bin/sleep"), {QStringLiteral("600")});
        QVERIFY(process.waitForStarted());
        const std::int64_t living = process.processId();
        QProcess other;
        other.start(QStringLiteral("/bin/sleep"), {QStringLiteral("600")});
        QVERIFY(other.waitForStarted());
        const std::int64_t dead = other.processId();
        other.kill();
        other.waitForFinished();
        const auto left = [&](const std::string& host, std::int64_t pid) {
            const fs::path folder = path(fmt::format(".x.y.{}.{}.exporting", host, pid));
            fs::create_directories(folder / "x.y");
            return folder;
        };
        const fs::path gone = left(hostName(), dead), working = left(hostName(), living), elsewhere = left("elsewhere", dead);
        fs::create_directories(path(".mine.exporting"));
        write(data() / "decoders/llama", path("out"));
        QVERIFY(!fs::exists(gone));
        QVERIFY(fs::exists(working) && fs::exists(elsewhere) && fs::exists(path(".mine.exporting")));
        process.kill();
        process.waitForFinished();
    }
    void theSecondProcessEndsWithTheFirst() {
        // Work for a minute, begun by a shell that is killed.
        Json prompts = Json::array();
        for (int i = 0; i < 40'000; ++i)
            prompts.push_back({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
        writeJsonFile(path("questions.json"), {{"model", (data() / "decoders/llama").string()}, {"asked_by", ::getpid()},
                                               {"questions", {{"texts", Json::array()}, {"chats", Json::array()}, {"prompts", prompts}, {"tokens", 0}, {"greedy", 16}}}});
        QProcess shell;
        shell.start(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), QString::fromStdString(fmt::format("{} prove {} & echo $! > {}; wait", m_engine.toStdString(), m_dir->path().toStdString(), path("pid").string()))});
        QVERIFY(shell.waitForStarted());
        QTest::qWait(2500); // it has begun
        const std::int64_t engine = std::stoll(readFile(path("pid")));
        QVERIFY(isProcessAlive(engine));
        shell.kill();
        QVERIFY(shell.waitForFinished());
        QTRY_VERIFY_WITH_TIMEOUT(!isProcessAlive(engine), 5000);
        QVERIFY(!fs::exists(path("answers.json")));
    }
    void aFailedProofLeavesNothing() {
        const fs::path model = speakingModel(path("model"), "llama", "llama3");
        qputenv("TRIPTYCH_ENGINE", "/bin/false");
        QVERIFY(refusal(ErrorCode::WorkerDied, [&] { write(model, path("out")); }).find("did not answer") != std::string::npos);
        QVERIFY(refusal(ErrorCode::WorkerDied, [&] { write(model, path("out.gguf")); }).find("did not answer") != std::string::npos);
        QCOMPARE(entries(), 1);
        qputenv("TRIPTYCH_ENGINE", "/no/such/engine");
        QVERIFY(refusal(ErrorCode::NotFound, [&] { write(model, path("out")); }).find("/no/such/engine") != std::string::npos);
        // Somebody changes the files between writing and proving.
        const fs::path script = path("model/saboteur.sh");
        atomicWrite(script, fmt::format("#!/bin/sh\necho x >> \"$(ls -d {}/.out.*)\"/out/chat_template.jinja\nexec {} \"$@\"\n", m_dir->path().toStdString(), m_engine.toStdString()));
        fs::permissions(script, fs::perms::owner_all);
        qputenv("TRIPTYCH_ENGINE", script.c_str());
        const std::string said = refusal(ErrorCode::Corrupt, [&] { write(model, path("out")); });
        QVERIFY2(said.find("chat template") != std::string::npos, said.c_str());
        QCOMPARE(entries(), 1);
    }
    void targetsAndTypesAreChecked() {
        const fs::path model = data() / "decoders/llama";
        fs::create_directories(path("taken"));
        QVERIFY(refusal(ErrorCode::AlreadyExists, [&] { write(model, path("taken")); }).find("taken") != std::string::npos);
        atomicWrite(path("taken.gguf"), "");
        QVERIFY(refusal(ErrorCode::AlreadyExists, [&] { write(model, path("taken.gguf")); }).find("taken.gguf") != std::string::npos);
        atomicWrite(path("proof.gguf.proof.json"), "");
        QVERIFY(refusal(ErrorCode::AlreadyExists, [&] { write(model, path("proof.gguf")); }).find("proof.json") != std::string::npos);
        QVERIFY(refusal(ErrorCode::NotFound, [&] { write(model, path("no/where")); }).find("no folder") != std::string::npos);
        QVERIFY(refusal(ErrorCode::InvalidArgument, [&] { write(model, path("x"), "q8_0"); }).find("q8_0") != std::string::npos);
        QVERIFY(refusal(ErrorCode::InvalidArgument, [&] { write(model, path("x.gguf"), "bf16"); }).find("bf16") != std::string::npos);
        ExportRequest request{model, "x", nullptr, ExportFormat::Gguf, "", path("x.bin")};
        QVERIFY(refusal(ErrorCode::InvalidArgument, [&] { exportModel(request, nullProgress(), {}); }).find(".gguf") != std::string::npos);
        QVERIFY(refusal(ErrorCode::NotFound, [&] { verifyExport(path("taken"), nullProgress(), {}); }).find("no proof") != std::string::npos);
        QCOMPARE(entries(), 3);
    }
    void aFullDiskIsAClearError() {
        const fs::path model = speakingModel(path("model"), "llama", "llama3");
        struct rlimit before {};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const auto old = std::signal(SIGXFSZ, SIG_IGN);
        struct rlimit small = before;
        small.rlim_cur = 60'000; // the weights have more
        ::setrlimit(RLIMIT_FSIZE, &small);
        const std::string folder = refusal(ErrorCode::Io, [&] { write(model, path("out")); });
        const std::string file = refusal(ErrorCode::Io, [&] { write(model, path("out.gguf")); });
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, old);
        QVERIFY2(folder.find("cannot write") != std::string::npos, folder.c_str());
        QVERIFY2(file.find("cannot write") != std::string::npos, file.c_str());
        QCOMPARE(entries(), 1);
    }
    void whatGgufCannotSayIsRefused() {
        fs::path model = speakingModel(path("qwen2"), "qwen2", "smollm");
        editJson(model / "config.json", [](Json& config) { config["use_sliding_window"] = true; });
        QVERIFY(refusal(ErrorCode::Unsupported, [&] { write(model, path("x.gguf")); }).find("'sliding_window' 6") != std::string::npos);
        model = speakingModel(path("gemma3"), "gemma3", "gemma");
        editJson(model / "config.json", [](Json& config) { config["query_pre_attn_scalar"] = 24; });
        QVERIFY(refusal(ErrorCode::Unsupported, [&] { write(model, path("x.gguf")); }).find("query_pre_attn_scalar") != std::string::npos);
        model = speakingModel(path("roberta"), "llama", "roberta"); // a space before texts
        QVERIFY(refusal(ErrorCode::Unsupported, [&] { write(model, path("x.gguf")); }).find("add_prefix_space") != std::string::npos);
        model = speakingModel(path("llama2"), "llama", "llama2"); // its merges were learnt, not made from scores
        QVERIFY(refusal(ErrorCode::Unsupported, [&] { write(model, path("x.gguf")); }).find("sentencepiece vocabulary") != std::string::npos);
        model = speakingModel(path("wordpiece"), "llama", "bert");
        QVERIFY(refusal(ErrorCode::Unsupported, [&] { write(model, path("x.gguf")); }).find("is not BPE") != std::string::npos);
        model = speakingModel(path("cut"), "llama", "llama3");
        editJson(model / "tokenizer.json", [](Json& json) { json["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "\\s+"; });
        QVERIFY(refusal(ErrorCode::Unsupported, [&] { write(model, path("x.gguf")); }).find("no `pre` type") != std::string::npos);
        QVERIFY(!fs::exists(path("x.gguf")));
        QVERIFY(write(model, path("x"), "f16").path == path("x")); // a folder keeps it
    }
    void wayToCutTextsIsRecognised_data() {
        QTest::addColumn<QString>("pre");
        for (const auto& [tokenizer, pre] : {std::pair("gpt2", "gpt-2"), std::pair("llama3", "llama-bpe"), std::pair("smollm", "smollm"), std::pair("qwen2", "qwen2")})
            QTest::newRow(tokenizer) << QString::fromUtf8(pre);
    }
    void wayToCutTextsIsRecognised() {
        QFETCH(QString, pre);
        std::vector<std::string> notes;
        const GgufVocabulary vocabulary = ggufVocabularyOf(data() / "tokenizers" / QTest::currentDataTag(), 1200, notes);
        QCOMPARE(vocabulary.pre, pre.toStdString());
        QCOMPARE(vocabulary.tokens.size(), std::size_t(1200));
        QCOMPARE(vocabulary.tokens.back(), std::string("[PAD1199]"));
        QCOMPARE(notes.size(), pre == QLatin1String("qwen2") ? std::size_t(2) : std::size_t(0)); // NFC, and tokens that mind spaces
    }
    void endsOfTextHaveThreePlaces() {
        const fs::path model = speakingModel(path("model"), "llama", "llama3");
        editJson(model / "config.json", [](Json& config) { config["eos_token_id"] = {1102, 1103, 1101}; });
        const fs::path out = write(model, path("out.gguf")).path;
        const GgufFile file(out);
        QCOMPARE(file.integer("tokenizer.ggml.eos_token_id", 0, 9999), 1103); // the tokenizer's own
        QVERIFY(file.has("tokenizer.ggml.eot_token_id") && file.has("tokenizer.ggml.eom_token_id"));
        editJson(model / "config.json", [](Json& config) { config["eos_token_id"] = {1100, 1101, 1102, 1103}; });
        QVERIFY(refusal(ErrorCode::Unsupported, [&] { write(model, path("four.gguf")); }).find("room for three") != std::string::npos);
    }
    void templatesOfOtherNamesGoAlong() {
        const fs::path model = speakingModel(path("model"), "llama", "llama3");
        fs::create_directories(model / "additional_chat_templates");
        atomicWrite(model / "additional_chat_templates/rag.jinja", "{{ documents }}");
        editJson(model / "tokenizer_config.json", [](Json& config) { config["chat_template"] = {{{"name", "default"}, {"template", "x"}}, {{"name", "tool_use"}, {"template", "{{ tools }}"}}}; });
        const fs::path file = write(model, path("out.gguf")).path;
        QVERIFY(GgufFile(file).strings("tokenizer.chat_templates") == (std::vector<std::string_view>{"rag", "tool_use"}));
        const fs::path back = write(file, path("back")).path;
        QCOMPARE(readFile(back / "additional_chat_templates/tool_use.jinja"), std::string("{{ tools }}"));
        QCOMPARE(readFile(back / "additional_chat_templates/rag.jinja"), std::string("{{ documents }}"));
    }
    void raggedRowsFallBackToHalfPrecision() {
        DecoderConfig config = readDecoderConfig(data() / "decoders/llama");
        config.intermediate_size = 40;
        std::vector<std::string> notes;
        const auto layout = ggufLayout(config, GgmlType::Q4_0, notes);
        const auto typeOf = [&](const char* stored) {
            return std::find_if(layout.begin(), layout.end(), [&](const StoredWeight& weight) { return weight.stored == stored; })->type;
        };
        QVERIFY(typeOf("blk.0.ffn_down.weight") == GgmlType::F16);
        QVERIFY(typeOf("blk.0.ffn_up.weight") == GgmlType::Q4_0);
        QVERIFY(typeOf("output.weight") == GgmlType::Q8_0);
        QVERIFY(typeOf("token_embd.weight") == GgmlType::Q4_0);
        QVERIFY(typeOf("output_norm.weight") == GgmlType::F32);
        QCOMPARE(notes.size(), std::size_t(1));
        QVERIFY(notes.front().starts_with("2 tensors are F16"));
    }
    void progressComesToItsEndAndAStopLeavesNothing() {
        const fs::path model = data() / "decoders/llama";
        ExportRequest request{model, "x", nullptr, ExportFormat::HuggingFace, "f16", path("out")};
        Steps steps;
        exportModel(request, steps, {});
        for (const char* stage : {"export", "prove"}) {
            std::int64_t last = -1, total = 0;
            for (const Progress& step : steps.all) {
                if (step.stage != stage)
                    continue;
                QVERIFY(step.done >= last);
                last = step.done;
                total = step.total;
            }
            QVERIFY2(total > 0 && last == total, stage);
        }
        fs::remove_all(path("out"));
        for (const std::pair<const char*, std::int64_t>& when : {std::pair("export", std::int64_t(5)), std::pair("prove", std::int64_t(0)), std::pair("prove", std::int64_t(2))}) {
            std::stop_source stop;
            Steps sink;
            sink.seen = [&](const Progress& step) {
                if (step.stage == when.first && step.done == when.second)
                    stop.request_stop();
            };
            QVERIFY(refusal(ErrorCode::Cancelled, [&] { exportModel(request, sink, stop.get_token()); }).find("cancelled") != std::string::npos);
            QCOMPARE(entries(), 0);
        }
    }
    void aSecondExportReplacesTheCardsSection() {
        const fs::path model = speakingModel(path("model"), "llama", "llama3");
        atomicWrite(model / "README.md", "---\nlicense: mit\n---\n# Mine\n\nWords.\n");
        const fs::path once = write(model, path("once")).path;
        const std::string card = readFile(write(once, path("twice"), "f32").path / "README.md");
        QVERIFY(card.starts_with("---\nlicense: mit\n---\n# Mine\n\nWords.\n\n## Export proof\n"));
        QCOMPARE(card.find("## Export proof"), card.rfind("## Export proof"));
        QVERIFY(card.find("as f32") != std::string::npos);
        QCOMPARE(describeModelFolder(path("twice")).licence, std::string("mit"));
        QCOMPARE(std::string(GgufFile(write(model, path("x.gguf")).path).string("general.license")), std::string("mit"));
    }
};

QTEST_GUILESS_MAIN(ExportTest)
#include "tst_export.moc"
