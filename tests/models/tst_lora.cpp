#include "base/error.h"
#include "base/files.h"
#include "formats/safetensors.h"
#include "generation/generate.h"
#include "models/adapted_decoder.h"
#include "models/encoder.h"
#include "models/lora_encoder.h"
#include "models/lora_linear.h"
#include "models/task_model.h"
#include "support/decoder_fixtures.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace triptych;
namespace fs = std::filesystem;

namespace {

constexpr double kTolerance = 1e-4;

const fs::path kFixture = fs::path(TRIPTYCH_TEST_DATA) / "adapters";
const Json& fixture() {
    static const Json value = readJsonFile(kFixture / "expected.json");
    return value;
}
std::vector<std::vector<std::int32_t>> sequences() { return decoders::idsOf(fixture()["sequences"]); }
at::Tensor wanted(const std::string& name) { return decoders::readFloats(kFixture / "expected.safetensors").at(name); }

void verify(const at::Tensor& got, const at::Tensor& want, const std::string& what) {
    const double off = decoders::difference(got, want);
    qInfo("%s: off by %.2g", what.c_str(), off);
    QVERIFY2(off <= kTolerance, fmt::format("{} is off by {}", what, off).c_str());
}

void expectError(const std::function<void()>& call, ErrorCode code, const std::vector<std::string>& parts) {
    try {
        call();
        QFAIL("no error");
    } catch (const Error& error) {
        QVERIFY2(error.code() == code, error.what());
        for (const std::string& part : parts)
            QVERIFY2((error.message() + error.hint()).find(part) != std::string::npos, fmt::format("'{}' lacks '{}'", error.what(), part).c_str());
    }
}

/// What the model of an adapter folder gives for the fixture's sequences, one after another.
at::Tensor encoderOutputs(const fs::path& folder, const std::string& task) {
    std::vector<at::Tensor> parts;
    for (const std::vector<std::int32_t>& row : sequences()) {
        Encoding encoding;
        encoding.ids = row;
        const Encoding* const one = &encoding;
        if (task == "FEATURE_EXTRACTION") {
            const Bert bert = openBert(folder);
            parts.push_back(bert.forward(bert.pack({&one, 1})));
        } else {
            const TaskModel model = TaskModel::open(folder);
            parts.push_back(model.logits(model.bert().pack({&one, 1})));
        }
    }
    return at::cat(parts, 0);
}

at::Tensor t5Outputs(const T5& model) {
    std::vector<at::Tensor> parts;
    for (const std::vector<std::int32_t>& row : sequences()) {
        T5::State state = model.begin(model.encode(row));
        std::vector<std::int32_t> target = {0};
        target.insert(target.end(), row.begin(), row.begin() + 3);
        parts.push_back(model.step(state, target));
    }
    return at::cat(parts, 0);
}

} // namespace

/// Adapters by peft on the tiny models of the other fixtures (tests/data/adapters/make.py).
class LoraTest : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    int m_copies = 0;

    static void rows(const std::vector<std::string>& tasks) {
        QTest::addColumn<QString>("name");
        for (const auto& [name, entry] : fixture()["cases"].items()) {
            if (std::find(tasks.begin(), tasks.end(), entry["task"].get<std::string>()) != tasks.end())
                QTest::newRow(name.c_str()) << QString::fromStdString(name);
        }
    }
    /// A copy of an adapter whose configuration `change` changes; its base stays where it is.
    fs::path changed(const std::string& name, const std::function<void(Json&)>& change = {}) {
        const fs::path copy = fs::path(m_dir.path().toStdString()) / fmt::format("{}-{}", name, m_copies++);
        fs::copy(kFixture / name, copy);
        Json config = readJsonFile(copy / "adapter_config.json");
        config["base_model_name_or_path"] = (fs::path(TRIPTYCH_TEST_DATA) / fixture()["cases"][name]["base"].get<std::string>()).string();
        if (change)
            change(config);
        writeJsonFile(copy / "adapter_config.json", config);
        return copy;
    }
    /// The same with other weights.
    fs::path reweighted(const std::string& name, const std::function<void(std::map<std::string, at::Tensor>&)>& change, const std::function<void(Json&)>& config = {}) {
        const fs::path copy = changed(name, config);
        auto tensors = decoders::readFloats(copy / "adapter_model.safetensors");
        change(tensors);
        std::vector<FloatsToWrite> list;
        for (auto& [key, tensor] : tensors) {
            tensor = tensor.contiguous();
            list.push_back({key, tensor.sizes().vec(), {tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())}});
        }
        writeSafetensorsAs(DType::F32, copy / "adapter_model.safetensors", list);
        return copy;
    }

private Q_SLOTS:
    void besideADecoderEqualsPeft_data() { rows({"CAUSAL_LM"}); }
    void besideADecoderEqualsPeft() {
        QFETCH(QString, name);
        const at::NoGradGuard guard;
        const std::string folder = name.toStdString();
        verify(openDecoder(kFixture / folder).forward(decoders::pack(sequences())).logits, wanted(folder), folder);
    }
    void mergedIntoADecoderEqualsPeft_data() { rows({"CAUSAL_LM"}); }
    void mergedIntoADecoderEqualsPeft() {
        QFETCH(QString, name);
        const at::NoGradGuard guard;
        const fs::path folder = kFixture / name.toStdString();
        const NamedDecoderWeights weights(mergedDecoderWeights(LoraAdapter(folder)), "merged");
        verify(Decoder(readDecoderConfig(folder), weights).forward(decoders::pack(sequences())).logits, wanted(name.toStdString()), name.toStdString());
    }
    void greedyAnswersArePefts() {
        const at::NoGradGuard guard;
        const auto prompts = decoders::idsOf(fixture()["prompts"]);
        for (const auto& [name, answers] : fixture()["greedy"].items()) {
            GenerationSettings settings;
            settings.max_tokens = 16;
            const GenerationResult result = generate(openDecoder(kFixture / name), nullptr, prompts, settings, {}, {});
            for (std::size_t i = 0; i < prompts.size(); ++i)
                QVERIFY2(result.answers[i].ids == answers[i].get<std::vector<std::int32_t>>(), name.c_str());
        }
    }
    void adaptersOfEncodersEqualPeft_data() { rows({"SEQ_CLS", "TOKEN_CLS", "FEATURE_EXTRACTION"}); }
    void adaptersOfEncodersEqualPeft() {
        QFETCH(QString, name);
        const at::NoGradGuard guard;
        const std::string folder = name.toStdString();
        verify(encoderOutputs(kFixture / folder, fixture()["cases"][folder]["task"].get<std::string>()), wanted(folder), folder);
    }
    void adaptersOfT5EqualPeft_data() { rows({"SEQ_2_SEQ_LM"}); }
    void adaptersOfT5EqualPeft() {
        QFETCH(QString, name);
        const at::NoGradGuard guard;
        verify(t5Outputs(T5::open(kFixture / name.toStdString())), wanted(name.toStdString()), name.toStdString());
    }
    void besideAGgufFileItIsTheSame() {
        const at::NoGradGuard guard;
        const fs::path base = fs::path(m_dir.path().toStdString()) / "gguf-base";
        fs::create_directory(base);
        fs::copy_file(decoders::folder() / "qwen3/model.gguf", base / "model.gguf");
        const auto onBase = [](const fs::path& path) { return [path](Json& config) { config["base_model_name_or_path"] = path.string(); }; };
        // q_proj of qwen3 has another shape than llama's; what both have alike is adapted.
        const auto only = [](std::map<std::string, at::Tensor>& tensors) {
            std::erase_if(tensors, [](const auto& entry) { return entry.first.find("down_proj") == std::string::npos; });
        };
        const auto target = [](const fs::path& path, const auto& where) {
            return [where, path](Json& config) {
                where(path)(config);
                config["target_modules"] = {"down_proj"};
                config["layers_to_transform"] = {1};
            };
        };
        const fs::path packed = reweighted("llama-layers", only, target(base, onBase));
        const fs::path plain = reweighted("llama-layers", only, target(decoders::folder() / "qwen3", onBase));
        const at::Tensor got = openDecoder(packed).forward(decoders::pack(sequences())).logits;
        verify(got, openDecoder(plain).forward(decoders::pack(sequences())).logits, "GGUF against safetensors"); // half precision holds the fixture's values
        QVERIFY(decoders::difference(got, openDecoder(base / "model.gguf").forward(decoders::pack(sequences())).logits) > 0.01);
    }
    void withTheCacheItIsTheSame() {
        const at::NoGradGuard guard;
        for (const char* name : {"gpt2-words", "qwen2-dora"}) {
            const Decoder decoder = openDecoder(kFixture / name);
            const std::vector<std::int32_t> row = sequences()[0];
            KvCache cache(decoder.config(), 1);
            std::vector<at::Tensor> parts;
            for (const std::int32_t id : row)
                parts.push_back(decoder.forward(decoders::pack({{id}}), &cache).logits);
            verify(at::cat(parts, 0), wanted(name).narrow(0, 0, std::int64_t(row.size())), name);
        }
    }
    void besideEqualsMergedAsMatrixAndAsTable() {
        const auto numbers = [](std::vector<std::int64_t> shape, double step) {
            std::int64_t count = 1;
            for (const std::int64_t size : shape)
                count *= size;
            return at::arange(1, count + 1, at::TensorOptions().dtype(at::kFloat)).mul(step).sin().view(shape);
        };
        const auto base = std::make_shared<FloatLinear>(numbers({5, 4}, 0.7), at::Tensor());
        const at::Tensor x = numbers({3, 4}, 1.3), ids = at::arange(5, at::TensorOptions().dtype(at::kLong)).flip(0);
        for (const bool table : {false, true}) {
            for (const bool dora : {false, true}) {
                LoraAdapter::Module module{numbers({5, 2}, 0.9), numbers({2, 4}, 1.7), {}, {}, 1.5, table};
                if (dora)
                    module.magnitude = numbers({table ? 4 : 5}, 2.1);
                const at::Tensor bias = numbers({5}, 3.1);
                const LoraLinear beside(base, module, bias);
                const FloatLinear merged(mergedMatrix(numbers({5, 4}, 0.7), module), bias);
                QVERIFY(decoders::difference(beside.forward(x), merged.forward(x)) < 1e-5);
                QVERIFY(decoders::difference(beside.rows(ids), merged.rows(ids)) < 1e-5);
            }
        }
        const LoraLinear biasOnly(base, {}, numbers({5}, 3.1));
        QVERIFY(decoders::difference(biasOnly.forward(x), base->forward(x).add(numbers({5}, 3.1))) < 1e-6);
        QVERIFY(decoders::difference(biasOnly.rows(ids), base->rows(ids)) == 0);
    }
    void gradientsReachTheAdapter() {
        LoraAdapter::Module module{at::ones({5, 2}), at::ones({2, 4}), {}, {}, 0.5, false};
        module.up.requires_grad_(true);
        module.down.requires_grad_(true);
        const LoraLinear linear(std::make_shared<FloatLinear>(at::ones({5, 4}), at::Tensor()), module, {});
        linear.forward(at::ones({3, 4})).sum().backward();
        QVERIFY(decoders::difference(module.up.grad(), at::ones({5, 2}).mul(0.5 * 3 * 4)) < 1e-6);
        QVERIFY(decoders::difference(module.down.grad(), at::ones({2, 4}).mul(0.5 * 3 * 5)) < 1e-6);
    }
    void alphaZeroIsTheBase() {
        const at::NoGradGuard guard;
        const Decoder off = openDecoder(changed("llama-plain", [](Json& config) { config["lora_alpha"] = 0; }));
        const at::Tensor base = openDecoder(decoders::folder() / "llama").forward(decoders::pack(sequences())).logits;
        QVERIFY(decoders::difference(off.forward(decoders::pack(sequences())).logits, base) < 1e-6);
        QVERIFY(decoders::difference(wanted("llama-plain"), base) > 0.1);
    }
    void anAdapterOfTheBodyAloneFitsTheWholeModel() {
        const at::NoGradGuard guard;
        const auto bare = [](const std::string& prefix) {
            return [prefix](std::map<std::string, at::Tensor>& tensors) {
                std::map<std::string, at::Tensor> renamed;
                for (const auto& [name, tensor] : tensors) {
                    const std::string start = "base_model.model." + prefix;
                    renamed[name.starts_with(start) ? "base_model.model." + name.substr(start.size()) : name] = tensor;
                }
                tensors = renamed;
            };
        };
        for (const auto& [name, prefix] : {std::pair("llama-plain", "model."), {"gpt2-plain", "transformer."}})
            verify(openDecoder(reweighted(name, bare(prefix))).forward(decoders::pack(sequences())).logits, wanted(name), name);
        verify(encoderOutputs(reweighted("bert-dora", bare("bert.")), "SEQ_CLS"), wanted("bert-dora"), "bert-dora");
    }
    void oldNamesOfSavedModulesAreRead() {
        const at::NoGradGuard guard;
        const fs::path folder = reweighted("bert-sequence", [](std::map<std::string, at::Tensor>& tensors) {
            for (const char* part : {"weight", "bias"}) {
                tensors[fmt::format("base_model.model.classifier.modules_to_save.{}", part)] = tensors.at(fmt::format("base_model.model.classifier.{}", part));
                tensors.erase(fmt::format("base_model.model.classifier.{}", part));
            }
        });
        verify(encoderOutputs(folder, "SEQ_CLS"), wanted("bert-sequence"), "bert-sequence");
    }
    void targetsFollowPeft_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("module");
        QTest::addColumn<bool>("inner");
        QTest::addColumn<bool>("want");
        const auto row = [](const char* what, const char* config, const char* module, bool want, bool inner = true) {
            QTest::newRow(what) << QString::fromUtf8(config) << QString::fromUtf8(module) << inner << want;
        };
        row("end of a name", R"({"target_modules": ["q_proj"]})", "model.layers.0.self_attn.q_proj", true);
        row("end of a word", R"({"target_modules": ["proj"]})", "model.layers.0.self_attn.q_proj", false);
        row("several parts", R"({"target_modules": ["self_attn.q_proj"]})", "model.layers.0.self_attn.q_proj", true);
        row("whole name", R"({"target_modules": ["lm_head"]})", "lm_head", true, false);
        row("expression", R"({"target_modules": ".*\\.(q|v)_proj"})", "model.layers.0.self_attn.v_proj", true);
        row("expression must fit the whole", R"({"target_modules": "layers.*q_proj"})", "model.layers.0.self_attn.q_proj", false);
        row("expression with alternatives", R"({"target_modules": "a|model.*"})", "model.layers.0.self_attn.q_proj", true);
        row("all-linear", R"({"target_modules": "All-Linear"})", "model.layers.0.self_attn.q_proj", true);
        row("all-linear, output", R"({"target_modules": "all-linear"})", "lm_head", false, false);
        row("excluded", R"({"target_modules": ["q_proj"], "exclude_modules": ["0.self_attn.q_proj"]})", "model.layers.0.self_attn.q_proj", false);
        row("excluded elsewhere", R"({"target_modules": ["q_proj"], "exclude_modules": ["0.self_attn.q_proj"]})", "model.layers.1.self_attn.q_proj", true);
        row("excluded by expression", R"({"target_modules": "all-linear", "exclude_modules": ".*layers\\.0.*"})", "model.layers.0.mlp.up_proj", false);
        row("saved", R"({"target_modules": ["dense"], "modules_to_save": ["classifier"]})", "classifier.dense", false);
        row("like a saved one", R"({"target_modules": ["dense"], "modules_to_save": ["classifier"]})", "pre_classifier.dense", true);
        row("layer", R"({"target_modules": ["q_proj"], "layers_to_transform": [11, 3]})", "model.layers.11.self_attn.q_proj", true);
        row("other layer", R"({"target_modules": ["q_proj"], "layers_to_transform": 1})", "model.layers.11.self_attn.q_proj", false);
        row("no layers listed", R"({"target_modules": ["q_proj"], "layers_to_transform": []})", "model.layers.11.self_attn.q_proj", true);
        row("layers of a name", R"({"target_modules": ["q"], "layers_to_transform": [0], "layers_pattern": "layer"})", "encoder.block.3.layer.0.q", true);
        row("first number without a name", R"({"target_modules": ["q"], "layers_to_transform": [0]})", "encoder.block.3.layer.0.q", false);
        row("layers of another name", R"({"target_modules": ["q"], "layers_to_transform": [3], "layers_pattern": ["h", ""]})", "encoder.block.3.layer.0.q", false);
        row("layers of an empty name or another", R"({"target_modules": ["q_proj"], "layers_to_transform": [0], "layers_pattern": "|x"})", "model.layers.0.q_proj", false);
        row("layers of either name", R"({"target_modules": ["q"], "layers_to_transform": [3], "layers_pattern": "h|block"})", "encoder.block.3.layer.0.q", true);
        row("layers of either name, the first is elsewhere", R"({"target_modules": ["q"], "layers_to_transform": [0], "layers_pattern": "encoder|x"})", "encoder.block.3.layer.0.q", false);
        row("layers of a name that leaves its parentheses", "{\"target_modules\": [\"q\"], \"layers_to_transform\": [0], \"layers_pattern\": \"x))|(?:(?:|\"}", "encoder.block.3.layer.0.q", false);
        row("layers of a name that leaves its parentheses, nothing matched", "{\"target_modules\": [\"q\"], \"layers_to_transform\": [0], \"layers_pattern\": \"x)|(?:)|(?:\"}", "encoder.block.3.layer.0.q", false);
        row("whole name, whatever the layer", R"({"target_modules": ["x.layers.3.q"], "layers_to_transform": [1]})", "x.layers.3.q", true);
    }
    void targetsFollowPeft() {
        QFETCH(QString, config);
        QFETCH(QString, module);
        QFETCH(bool, inner);
        QFETCH(bool, want);
        Json value = parseJson(config.toStdString(), "config");
        value["peft_type"] = "LORA";
        const fs::path file = fs::path(m_dir.path().toStdString()) / "targets.json";
        writeJsonFile(file, value);
        QCOMPARE(LoraConfig::read(file).targets(module.toStdString(), inner), want);
    }
    void badConfigurationsNameTheKey_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* key, const char* value) { QTest::addRow("%s %s", key, value) << QString::fromLatin1(key) << QString::fromLatin1(value); };
        for (const char* value : {"0", "-4", "1099511627776", "18446744073709551615", "4.5", "\"4\"", "[4]", "{}"})
            row("r", value);
        for (const char* value : {"\"NaN\"", "1e300", "-1e10", "[1]", "true"})
            row("lora_alpha", value);
        for (const char* value : {"{\"q_proj\": 0}", "{\"q_proj\": 1099511627776}", "{\"q_proj\": \"4\"}", "[4]", "{\"(\": 4}", "{\"q_proj\": 2.5}"})
            row("rank_pattern", value);
        for (const char* value : {"{\"q_proj\": \"x\"}", "{\"q_proj\": null}", "{\"q_proj\": 1e300}", "{\"*\": 1}"})
            row("alpha_pattern", value);
        for (const char* value : {"null", "4", "[4]", "\"(\"", "{}"})
            row("target_modules", value);
        for (const char* value : {"[1]", "7", "[\"(\"]"})
            row("modules_to_save", value);
        for (const char* key : {"r", "lora_alpha", "use_rslora", "use_dora", "bias", "peft_type", "lora_dropout", "fan_in_fan_out", "inference_mode"}) {
            row(key, "null");
            row(key, "[true]");
        }
        for (const char* key : {"init_lora_weights", "task_type", "base_model_name_or_path", "auto_mapping", "layers_to_transform", "exclude_modules"})
            row(key, "5.5");
        for (const char* value : {"[-1]", "\"1\"", "[1.5]", "[1099511627776]"})
            row("layers_to_transform", value);
        row("exclude_modules", "[null]");
        row("layers_pattern", "[\"(\"]");
        row("bias", "\"some\"");
        row("use_rslora", "1");
        row("use_dora", "\"yes\"");
        row("auto_mapping", "3");
        row("base_model_name_or_path", "5");
        row("task_type", "5");
    }
    void badConfigurationsNameTheKey() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        const fs::path folder = changed("llama-plain", [&](Json& config) {
            config[key.toStdString()] = parseJson(value.toStdString(), "value");
            if (key == QStringLiteral("layers_pattern"))
                config["layers_to_transform"] = 1;
        });
        expectError([&] { openDecoder(folder); }, ErrorCode::InvalidInput, {"adapter_config.json", key.toStdString()});
        expectError([&] { checkDecoder(folder); }, ErrorCode::InvalidInput, {"adapter_config.json", key.toStdString()});
    }
    void otherKindsAreRefusedWithTheWayOut_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("hint");
        const auto row = [](const char* key, const char* value, const char* hint) {
            QTest::addRow("%s %s", key, value) << QString::fromLatin1(key) << QString::fromLatin1(value) << QString::fromLatin1(hint);
        };
        for (const char* type : {"\"IA3\"", "\"PREFIX_TUNING\"", "\"ADALORA\"", "\"PROMPT_TUNING\"", "\"\""})
            row("peft_type", type, "merge_and_unload");
        row("alora_invocation_tokens", "[1]", "merge_and_unload");
        row("layer_replication", "[[0, 1]]", "merge_and_unload");
        row("trainable_token_indices", "[3]", "merge_and_unload");
        row("target_parameters", "[\"experts.w1\"]", "merge_and_unload");
        row("use_qalora", "true", "merge_and_unload");
        row("ensure_weight_tying", "true", "merge_and_unload");
        row("init_lora_weights", "\"pissa_niter_16\"", "path_initial_model_for_weight_conversion");
        row("init_lora_weights", "\"loftq\"", "path_initial_model_for_weight_conversion");
        row("task_type", "\"SEQ_CLS\"", "CAUSAL_LM");
    }
    void otherKindsAreRefusedWithTheWayOut() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, hint);
        const fs::path folder = changed("llama-plain", [&](Json& config) { config[key.toStdString()] = parseJson(value.toStdString(), "value"); });
        expectError([&] { openDecoder(folder); }, ErrorCode::Unsupported, {folder.string(), hint.toStdString()});
    }
    void picklesAndEmptyFoldersAreRefused() {
        const fs::path pickled = changed("llama-plain");
        fs::rename(pickled / "adapter_model.safetensors", pickled / "adapter_model.bin");
        expectError([&] { openDecoder(pickled); }, ErrorCode::Unsupported, {"adapter_model.bin", "save_pretrained"});
        fs::remove(pickled / "adapter_model.bin");
        expectError([&] { openDecoder(pickled); }, ErrorCode::NotFound, {"adapter_model.safetensors"});
        const fs::path empty = reweighted("llama-plain", [](auto& tensors) { tensors.clear(); });
        expectError([&] { openDecoder(empty); }, ErrorCode::InvalidInput, {"no tensor"});
        const fs::path cut = changed("llama-plain");
        const std::string bytes = readFile(cut / "adapter_model.safetensors");
        atomicWrite(cut / "adapter_model.safetensors", bytes.substr(0, bytes.size() - 1));
        expectError([&] { openDecoder(cut); }, ErrorCode::InvalidInput, {"adapter_model.safetensors"});
    }
    void tensorsThatDoNotFitAreNamed() {
        const std::string q = "base_model.model.model.layers.0.self_attn.q_proj.";
        const auto decoderError = [&](const std::string& base, const std::function<void(std::map<std::string, at::Tensor>&)>& change, const std::vector<std::string>& parts) {
            const fs::path folder = reweighted(base, change);
            expectError([&] { openDecoder(folder); }, ErrorCode::InvalidInput, parts);
            expectError([&] { checkDecoder(folder); }, ErrorCode::InvalidInput, parts);
        };
        decoderError("llama-plain", [&](auto& t) { t.erase(q + "lora_B.weight"); }, {"layers.0.self_attn.q_proj.lora_B.weight", "other half"});
        decoderError("llama-plain", [&](auto& t) { t.erase(q + "lora_A.weight"); }, {"layers.0.self_attn.q_proj.lora_A.weight", "other half"});
        decoderError("llama-plain", [&](auto& t) { t.erase(q + "lora_A.weight"), t.erase(q + "lora_B.weight"); }, {"layers.0.self_attn.q_proj", "target_modules"});
        decoderError("llama-plain", [&](auto& t) { t[q + "lora_A.weight"] = at::zeros({5, 32}); }, {"layers.0.self_attn.q_proj", "5", "4"});
        decoderError("llama-plain", [&](auto& t) { t[q + "lora_A.weight"] = at::zeros({4, 33}); }, {"q_proj.lora_A.weight", "[4, 33]", "[4, 32]"});
        decoderError("llama-plain", [&](auto& t) { t[q + "lora_B.weight"] = at::zeros({31, 4}); }, {"q_proj.lora_B.weight", "[31, 4]", "[32, 4]"});
        decoderError("llama-plain", [&](auto& t) { t[q + "lora_B.weight"] = at::zeros({32}); }, {"q_proj.lora_B.weight", "[32]", "matrix"});
        decoderError("llama-plain", [&](auto& t) { t["base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight"] = at::zeros({4, 32}),
                                                   t["base_model.model.model.layers.7.self_attn.q_proj.lora_B.weight"] = at::zeros({32, 4}); }, {"layers.7.self_attn.q_proj", "fits nothing"});
        decoderError("llama-plain", [&](auto& t) { t["base_model.model.model.layers.0.self_attn.o_proj.lora_A.weight"] = at::zeros({4, 32}),
                                                   t["base_model.model.model.layers.0.self_attn.o_proj.lora_B.weight"] = at::zeros({32, 4}); }, {"layers.0.self_attn.o_proj", "target_modules"});
        decoderError("llama-plain", [&](auto& t) { t["something.weight"] = at::zeros({4}); }, {"something.weight", "fits nothing"});
        decoderError("llama-plain", [&](auto& t) { t[q + "lora_magnitude_vector"] = at::ones({32}); }, {"q_proj", "use_dora"});
        decoderError("llama-dora", [&](auto& t) { t.erase(q + "lora_magnitude_vector"); }, {"q_proj.lora_magnitude_vector"});
        decoderError("llama-dora", [&](auto& t) { t[q + "lora_magnitude_vector"] = at::ones({31}); }, {"q_proj.lora_magnitude_vector", "[31]", "[32]"});
        decoderError("llama-saved", [&](auto& t) { t.erase("base_model.model.lm_head.weight"); }, {"lm_head.weight", "modules_to_save"});
        // A vocabulary that grew while the adapter was trained.
        decoderError("llama-saved", [&](auto& t) { t["base_model.model.lm_head.weight"] = at::zeros({97, 32}); }, {"lm_head.weight", "[97, 32]", "[96, 32]"});
        decoderError("qwen2-lora-bias", [&](auto& t) { t[q + "lora_B.bias"] = at::zeros({31}); }, {"q_proj.lora_B.bias", "[31]"});
        decoderError("qwen2-words", [&](auto& t) { t["base_model.model.model.embed_tokens.lora_embedding_A"] = at::zeros({3, 95}); }, {"embed_tokens.lora_embedding_A", "[3, 95]"});

        const std::string query = "base_model.model.bert.encoder.layer.0.attention.self.query.";
        const auto encoderError = [&](const std::function<void(std::map<std::string, at::Tensor>&)>& change, const std::vector<std::string>& parts) {
            const fs::path folder = reweighted("bert-sequence", change);
            expectError([&] { TaskModel::open(folder); }, ErrorCode::InvalidInput, parts);
        };
        encoderError([&](auto& t) { t.erase(query + "lora_A.weight"), t.erase(query + "lora_B.weight"); }, {"layer.0.attention.self.query", "target_modules"});
        encoderError([&](auto& t) { t[query + "lora_B.weight"] = at::zeros({33, 4}); }, {"query.lora_B.weight", "[33, 4]"});
        encoderError([&](auto& t) { t["base_model.model.bert.encoder.layer.2.output.dense.bias"] = at::zeros({32}); }, {"layer.2.output.dense.bias", "fits nothing"});
        encoderError([&](auto& t) { t.erase("base_model.model.classifier.weight"); }, {"classifier.weight"});
    }
    void aBiasWithoutAPlaceRunsBesideAndIsNotMerged() {
        const at::NoGradGuard guard;
        const fs::path folder = reweighted("llama-plain", [](auto& t) { t["base_model.model.model.layers.0.self_attn.q_proj.lora_B.bias"] = at::ones({32}); });
        QVERIFY(decoders::difference(openDecoder(folder).forward(decoders::pack(sequences())).logits, wanted("llama-plain")) > 1e-3);
        expectError([&] { mergedDecoderWeights(LoraAdapter(folder)); }, ErrorCode::Unsupported, {"q_proj", "merged"});
    }
    void wordTablesOfT5AreRefused() {
        const fs::path folder = reweighted(
            "t5-plain", [](auto& t) { t["base_model.model.shared.lora_embedding_A"] = at::zeros({4, 48}), t["base_model.model.shared.lora_embedding_B"] = at::zeros({32, 4}); },
            [](Json& config) { config["target_modules"].push_back("shared"); });
        expectError([&] { T5::open(folder); }, ErrorCode::Unsupported, {"shared", "merge_and_unload"});
    }
    void theBaseIsFoundByPathAndByName() {
        const fs::path models = fs::path(m_dir.path().toStdString()) / "models";
        fs::create_directories(models);
        fs::copy(decoders::folder() / "llama", models / "Tiny-Llama");
        const auto named = [&](const std::string& base) {
            const fs::path folder = models / fmt::format("adapter-{}", m_copies++);
            fs::rename(changed("llama-plain", [&](Json& config) { config["base_model_name_or_path"] = base; }), folder);
            return folder;
        };
        for (const char* base : {"Tiny-Llama", "tiny-llama", "somebody/Tiny-Llama", "/not/here/tiny-LLAMA", "../Tiny-Llama", "./somebody/tiny-llama/"})
            QVERIFY2(fs::equivalent(baseOfAdapter(named(base)), models / "Tiny-Llama"), base);
        QVERIFY(fs::equivalent(baseOfAdapter(kFixture / "llama-plain"), decoders::folder() / "llama"));
        fs::create_directory(models / "tiny-llama");
        QVERIFY(fs::equivalent(baseOfAdapter(named("x/Tiny-Llama")), models / "Tiny-Llama"));
        QVERIFY(fs::equivalent(baseOfAdapter(named("x/tiny-llama")), models / "tiny-llama"));
        const fs::path lost = named("somebody/other-llama");
        expectError([&] { openDecoder(lost); }, ErrorCode::NotFound, {lost.string(), "somebody/other-llama", "--base"});
        expectError([&] { openDecoder(named("")); }, ErrorCode::InvalidInput, {"base_model_name_or_path", "--base"});
        const fs::path onAdapter = named(lost.string());
        expectError([&] { openDecoder(onAdapter); }, ErrorCode::Unsupported, {lost.string(), "adapter itself"});
        const fs::path onItself = named("../adapter-" + std::to_string(m_copies));
        expectError([&] { openDecoder(onItself); }, ErrorCode::Unsupported, {"adapter itself"});
    }
    void anEncoderWithAnAdapterEmbeds() {
        // The base says how vectors are pooled and has the tokenizer.
        const fs::path folder = reweighted(
            "bert-features", [](auto& tensors) { std::erase_if(tensors, [](const auto& entry) { return entry.first.find(".key.") == std::string::npos; }); },
            [](Json& config) {
                config["base_model_name_or_path"] = TRIPTYCH_TEST_DATA "/bert_tiny/encoder";
                config["target_modules"] = {"key"};
            });
        const auto base = Encoder::open(TRIPTYCH_TEST_DATA "/bert_tiny/encoder");
        const auto adapted = Encoder::open(folder);
        const std::vector<std::string> texts = {"hello world"};
        const std::vector<float> a = base->embed(texts), b = adapted->embed(texts);
        QCOMPARE(a.size(), b.size());
        QVERIFY(a != b);
        QVERIFY(adapted->bytes() > base->bytes());
    }
};

QTEST_GUILESS_MAIN(LoraTest)
#include "tst_lora.moc"
