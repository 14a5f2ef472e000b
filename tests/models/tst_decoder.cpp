#include "base/error.h"
#include "base/files.h"
#include "models/decoder.h"
#include "support/decoder_fixtures.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cosine_similarity.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sum.h>

#include <fmt/format.h>

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

using namespace triptych;
using namespace triptych::decoders;

namespace {

constexpr double kTolerance = 1e-4;
const char* const kFamilies[] = {"gpt2", "llama", "mistral", "qwen2", "qwen3", "gemma3"};

Decoder open(const std::string& family, const char* config = "config.json") {
    const std::filesystem::path path = folder() / family;
    return Decoder(decoderConfigFromJson(readJsonFile(path / config), (path / config).string()), SafetensorsDecoderWeights(path));
}

std::vector<std::vector<std::int32_t>> sequences() { return idsOf(expected()["sequences"]); }

/// Every weight of a model in memory, under the names that it is asked for.
class RecordedWeights final : public DecoderWeights {
public:
    explicit RecordedWeights(const std::filesystem::path& path) : m_source(path) {}
    at::Tensor tensor(const std::string& name, const std::vector<std::int64_t>& shape) const override {
        return taken[name] = m_source.tensor(name, shape);
    }
    mutable std::map<std::string, at::Tensor> taken;

private:
    SafetensorsDecoderWeights m_source;
};

void verify(const at::Tensor& got, const at::Tensor& want, const std::string& what, double tolerance = kTolerance) {
    const double off = difference(got, want);
    qInfo("%s: off by %.2g", what.c_str(), off);
    QVERIFY2(off <= tolerance, fmt::format("{} is off by {}", what, off).c_str());
}

void expectError(const std::function<void()>& call, ErrorCode code, const std::vector<std::string>& parts) {
    try {
        call();
        QFAIL("no error");
    } catch (const Error& error) {
        QVERIFY2(error.code() == code, error.what());
        for (const std::string& part : parts)
            QVERIFY2(error.message().find(part) != std::string::npos, fmt::format("'{}' lacks '{}'", error.what(), part).c_str());
    }
}

} // namespace

class DecoderTest : public QObject {
    Q_OBJECT
    static void familyRows() {
        QTest::addColumn<QString>("family");
        for (const char* family : kFamilies)
            QTest::newRow(family) << QString::fromLatin1(family);
    }

private Q_SLOTS:
    void equalsTransformers_data() { familyRows(); }
    void equalsTransformers() {
        QFETCH(QString, family);
        const std::string name = family.toStdString();
        auto want = readFloats(folder() / name / "expected.safetensors");
        const DecoderOutput output = open(name).forward(pack(sequences()), nullptr, LogitsOf::All, true);
        verify(output.logits, want.at("right.logits"), "logits, padded right");
        verify(output.logits, want.at("left.logits"), "logits, padded left");
        verify(openDecoder(folder() / name).forward(pack(sequences())).logits, want.at("right.logits"), "logits of weights that stay in the file");
        for (std::size_t i = 0; i < output.layers.size(); ++i)
            verify(output.layers[i], want.at(fmt::format("right.hidden.{}", i)), fmt::format("hidden state {}", i));
        QVERIFY(!want.contains(fmt::format("right.hidden.{}", output.layers.size())));
        verify(output.hidden, output.layers.back(), "last hidden state", 0);
    }
    void oldKeysGiveTheSame_data() { familyRows(); }
    void oldKeysGiveTheSame() {
        QFETCH(QString, family);
        const std::string name = family.toStdString();
        if (!std::filesystem::exists(folder() / name / "config_old.json"))
            return;
        const auto want = readFloats(folder() / name / "expected.safetensors");
        verify(open(name, "config_old.json").forward(pack(sequences())).logits, want.at("right.logits"), "logits");
    }
    void scaledPositionsEqualTransformers_data() {
        QTest::addColumn<QString>("variant");
        QTest::addColumn<QString>("config");
        for (const auto& [variant, unused] : expected()["variants"].items()) {
            for (const char* config : {"config", "config_old"})
                QTest::addRow("%s, %s", variant.c_str(), config) << QString::fromStdString(variant) << QString::fromLatin1(config);
        }
    }
    void scaledPositionsEqualTransformers() {
        QFETCH(QString, variant);
        QFETCH(QString, config);
        const Json value = expected()["variants"][variant.toStdString()][config.toStdString()];
        const Decoder decoder(decoderConfigFromJson(value, "config"), SafetensorsDecoderWeights(folder() / "llama"));
        const auto want = readFloats(folder() / ("llama_" + variant.toStdString() + ".safetensors"));
        verify(decoder.forward(pack(sequences())).logits, want.at("logits"), "logits");
    }
    void ggufGivesTheSame_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("reference");
        QTest::addColumn<QString>("tensor");
        for (const char* family : {"gpt2", "qwen3"}) {
            const QString name = QString::fromLatin1(family);
            QTest::newRow(family) << name + QStringLiteral("/model.gguf") << name + QStringLiteral("/expected.safetensors")
                                  << QStringLiteral("right.logits");
        }
        const QString logits = QStringLiteral("logits");
        QTest::newRow("qwen2") << QStringLiteral("qwen2/model.gguf") << QStringLiteral("qwen2/expected_gguf.safetensors") << logits;
        QTest::newRow("gemma3") << QStringLiteral("gemma3/model.gguf") << QStringLiteral("gemma3/expected_gguf.safetensors") << logits;
        QTest::newRow("llama, turned rows, factors of frequencies")
            << QStringLiteral("llama_llama3.gguf") << QStringLiteral("llama_llama3.safetensors") << logits;
        QTest::newRow("llama, Q8_0") << QStringLiteral("llama_q8.gguf") << QStringLiteral("llama_q8.safetensors") << logits;
    }
    void ggufGivesTheSame() {
        QFETCH(QString, file);
        QFETCH(QString, reference);
        QFETCH(QString, tensor);
        const auto want = readFloats(folder() / reference.toStdString());
        verify(openDecoder(folder() / file.toStdString()).forward(pack(sequences())).logits, want.at(tensor.toStdString()), "logits");
    }
    void fastIsNearExact_data() { familyRows(); }
    void fastIsNearExact() {
        QFETCH(QString, family);
        const std::filesystem::path path = folder() / family.toStdString();
        // Enough rows for the products of many.
        std::vector<std::vector<std::int32_t>> rows(4, std::vector<std::int32_t>(20));
        for (std::size_t i = 0; i < rows.size(); ++i)
            std::iota(rows[i].begin(), rows[i].end(), static_cast<std::int32_t>(i + 4)); // behind the padding, which has no direction
        const at::Tensor exact = openDecoder(path).forward(pack(rows)).logits, fast = openDecoder(path, Precision::Fast).forward(pack(rows)).logits;
        const double lowest = at::cosine_similarity(exact, fast, 1).min().item<double>();
        qInfo("cosine of a row at least %.6f", lowest);
        QVERIFY(lowest >= 0.999);
        verify(exact, open(family.toStdString()).forward(pack(rows)).logits, "weights that stay in the file");
    }
    void stepsWithTheCacheEqualTheWholePass_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<int>("step");
        for (const char* family : kFamilies) {
            for (const int step : {1, 3, 9})
                QTest::addRow("%s, %d at a time", family, step) << QString::fromLatin1(family) << step;
        }
    }
    void stepsWithTheCacheEqualTheWholePass() {
        QFETCH(QString, family);
        QFETCH(int, step);
        const Decoder decoder = open(family.toStdString());
        const auto rows = sequences();
        const TokenBatch whole = pack(rows);
        const at::Tensor want = decoder.forward(whole).logits;
        KvCache cache(decoder.config(), rows.size());
        // Every sequence goes on at its own pace, those that are at their end drop out.
        std::vector<std::size_t> at(rows.size(), 0);
        double worst = 0;
        for (std::size_t round = 0;; ++round) {
            std::vector<std::vector<std::int32_t>> parts;
            std::vector<std::size_t> places;
            for (std::size_t i = rows.size(); i-- > 0;) {
                const std::size_t count = std::min(rows[i].size() - at[i], i == 2 ? 2 * static_cast<std::size_t>(step) : static_cast<std::size_t>(step));
                if (count == 0)
                    continue;
                parts.emplace_back(rows[i].begin() + std::ptrdiff_t(at[i]), rows[i].begin() + std::ptrdiff_t(at[i] + count));
                places.push_back(i);
            }
            if (parts.empty())
                break;
            const TokenBatch batch = pack(parts, places);
            const at::Tensor all = decoder.forward(batch, &cache).logits;
            for (std::size_t j = 0; j < places.size(); ++j) {
                const auto count = std::int64_t(parts[j].size());
                const std::int64_t start = whole.starts[places[j]] + std::int64_t(at[places[j]]);
                worst = std::max(worst, difference(all.narrow(0, batch.starts[j], count), want.narrow(0, start, count)));
                at[places[j]] += parts[j].size();
                QCOMPARE(cache.length(places[j]), std::int64_t(at[places[j]]));
            }
        }
        QVERIFY2(worst <= 2e-5, fmt::format("off by {}", worst).c_str());
    }
    void lastLogitsAreThoseOfTheLastTokens() {
        const Decoder decoder = open("gemma3");
        const TokenBatch batch = pack(sequences());
        const at::Tensor all = decoder.forward(batch).logits;
        const DecoderOutput last = decoder.forward(batch, nullptr, LogitsOf::Last);
        QCOMPARE(last.logits.size(0), batch.sequences());
        for (std::int64_t i = 0; i < batch.sequences(); ++i)
            QVERIFY(difference(last.logits[i], all[batch.starts[std::size_t(i) + 1] - 1]) <= 1e-5);
        QVERIFY(!decoder.forward(batch, nullptr, LogitsOf::None).logits.defined());
    }
    void aTruncatedCacheGoesOnFromThere() {
        const Decoder decoder = open("mistral");
        const std::vector<std::int32_t> row = sequences()[2];
        KvCache cache(decoder.config(), 1);
        decoder.forward(pack({row}), &cache);
        cache.truncate(0, 5);
        const at::Tensor again = decoder.forward(pack({{row.begin() + 5, row.end()}}), &cache).logits;
        const at::Tensor want = decoder.forward(pack({row})).logits;
        QVERIFY(difference(again, want.narrow(0, 5, want.size(0) - 5)) <= 2e-5);
        QVERIFY(cache.bytes() > 0);
        expectError([&] { cache.truncate(0, 22); }, ErrorCode::InvalidArgument, {"21 tokens", "22"});
        expectError([&] { cache.length(1); }, ErrorCode::InvalidArgument, {"sequence 1"});
    }
    void gradientsReachEveryWeight_data() { familyRows(); }
    void gradientsReachEveryWeight() {
        QFETCH(QString, family);
        const std::filesystem::path path = folder() / family.toStdString();
        RecordedWeights weights(path);
        const Decoder decoder(decoderConfigFromJson(readJsonFile(path / "config.json"), "config"), weights);
        const TokenBatch batch = pack(sequences());
        const at::Tensor plain = decoder.forward(batch).logits;
        for (const auto& [name, weight] : weights.taken)
            weight.requires_grad_(true);
        const at::Tensor logits = decoder.forward(batch).logits;
        QVERIFY(difference(logits.detach(), plain) <= 2e-5);
        at::sum(at::pow(logits, 2)).backward();
        for (const auto& [name, weight] : weights.taken) {
            QVERIFY2(weight.grad().defined(), name.c_str());
            // A bias of keys shifts all scores of a query alike.
            if (!name.ends_with("k_proj.bias"))
                QVERIFY2(weight.grad().abs().max().item<double>() > 0, name.c_str());
        }
        KvCache cache(decoder.config(), batch.places.size());
        expectError([&] { decoder.forward(batch, &cache); }, ErrorCode::InvalidArgument, {"cache"});
    }
    void gradientEqualsFiniteDifferences() {
        const std::filesystem::path path = folder() / "qwen3";
        RecordedWeights weights(path);
        const Decoder decoder(decoderConfigFromJson(readJsonFile(path / "config.json"), "config"), weights);
        const TokenBatch batch = pack(sequences());
        const auto loss = [&] { return at::sum(at::pow(decoder.forward(batch).logits, 2)); };
        at::Tensor weight = weights.taken.at("model.layers.0.self_attn.k_proj.weight");
        weight.requires_grad_(true);
        loss().backward();
        const at::NoGradGuard guard;
        const float* gradient = weight.grad().const_data_ptr<float>();
        // The largest one: the loss has only the digits of float32.
        const auto index = std::max_element(gradient, gradient + weight.numel(), [](float a, float b) { return std::abs(a) < std::abs(b); }) - gradient;
        float* value = weight.mutable_data_ptr<float>() + index;
        const float before = *value, step = 1e-2f;
        *value = before + step;
        const double up = loss().item<double>();
        *value = before - step;
        const double down = loss().item<double>();
        const double numeric = (up - down) / (2.0 * double(step)), exact = gradient[index];
        QVERIFY2(std::abs(numeric - exact) <= 0.02 * std::max(1.0, std::abs(exact)), fmt::format("{} against {}", exact, numeric).c_str());
    }
    void badBatchNamesTheFault() {
        const Decoder decoder = open("gpt2");
        expectError([&] { decoder.forward(pack({{5, 96}})); }, ErrorCode::InvalidArgument, {"token id 96"});
        expectError([&] { decoder.forward(pack({{5, -1}})); }, ErrorCode::InvalidArgument, {"token id -1"});
        expectError([&] { pack({{5}, {}}); }, ErrorCode::InvalidArgument, {"without tokens"});
        expectError([&] { decoder.forward(pack({{5}, {6}}, {3, 3})); }, ErrorCode::InvalidArgument, {"place 3"});
        expectError([&] { decoder.forward(pack({std::vector<std::int32_t>(65, 4)})); }, ErrorCode::InvalidArgument, {"65 tokens", "64"});
        KvCache cache(decoder.config(), 1);
        decoder.forward(pack({std::vector<std::int32_t>(60, 4)}), &cache);
        expectError([&] { decoder.forward(pack({{5, 5, 5, 5, 5}}), &cache); }, ErrorCode::InvalidArgument, {"65 tokens"});
        QCOMPARE(cache.length(0), 60);
        decoder.forward(pack({{5, 5, 5, 5}}), &cache);
        expectError([&] { decoder.forward(pack({{5}}, {1}), &cache); }, ErrorCode::InvalidArgument, {"sequence 1"});
    }
    void lyingTensorsAreNamed() {
        const std::filesystem::path path = folder() / "llama";
        const auto openWith = [&](const char* key, const Json& value) {
            Json config = readJsonFile(path / "config.json");
            config[key] = value;
            Decoder(decoderConfigFromJson(config, "config"), SafetensorsDecoderWeights(path));
        };
        expectError([&] { openWith("intermediate_size", 65); }, ErrorCode::InvalidInput,
                    {"model.safetensors", "model.layers.0.mlp.gate_proj.weight", "[64, 32]", "[65, 32]"});
        expectError([&] { openWith("num_hidden_layers", 3); }, ErrorCode::InvalidInput, {"lacks", "model.layers.2."});
        expectError([&] { openWith("attention_bias", true); }, ErrorCode::InvalidInput, {"lacks", "self_attn.q_proj.bias"});
        // Far more than memory is asked for, and refused before anything is allocated.
        expectError([&] { openWith("vocab_size", 1 << 22); }, ErrorCode::InvalidInput, {"model.embed_tokens.weight"});

        RecordedWeights weights(path);
        const DecoderConfig config = decoderConfigFromJson(readJsonFile(path / "config.json"), "config");
        Decoder(config, weights);
        auto doubled = weights.taken;
        doubled["model.norm.weight"] = doubled["model.norm.weight"].to(at::kDouble);
        expectError([&] { Decoder(config, NamedDecoderWeights(doubled, "memory")); }, ErrorCode::InvalidInput, {"memory", "model.norm.weight"});
        auto fewer = weights.taken;
        fewer.erase("lm_head.weight");
        expectError([&] { Decoder(config, NamedDecoderWeights(fewer, "memory")); }, ErrorCode::InvalidInput, {"memory", "lm_head.weight"});
        QCOMPARE(difference(Decoder(config, NamedDecoderWeights(weights.taken, "memory")).forward(pack(sequences())).logits,
                            open("llama").forward(pack(sequences())).logits), 0.0);

        const auto file = std::make_shared<const GgufFile>(folder() / "llama_q8.gguf");
        DecoderConfig wrong = decoderConfigFromGguf(*file, "tiny.gguf");
        wrong.intermediate_size = 96;
        expectError([&] { Decoder(wrong, GgufDecoderWeights(file, wrong, "tiny.gguf")); }, ErrorCode::InvalidInput,
                    {"tiny.gguf", "blk.0.ffn_gate.weight", "[96, 32]"});
    }
    void typesThatAreNotReadAreNamedByTheCheckToo() {
        const QTemporaryDir dir;
        const std::filesystem::path path = std::filesystem::path(dir.path().toStdString()) / "other.gguf";
        const std::string name = "blk.1.ffn_gate.weight";
        std::string bytes = readFile(folder() / "llama_q8.gguf");
        char& type = bytes.at(bytes.find(name) + name.size() + 4 + 2 * 8); // behind the number of dimensions and two of them
        QCOMPARE(type, '\x08');                                           // Q8_0
        type = '\x14';                                                    // IQ4_NL, blocks of as many values in fewer bytes
        atomicWrite(path, bytes);
        for (const auto& read : {std::function([&] { checkDecoder(path); }), std::function([&] { openDecoder(path); })})
            expectError(read, ErrorCode::Unsupported, {"other.gguf", name, "IQ4_NL", "not read"});
    }
    void foldersSayWhatTheyLack() {
        const QTemporaryDir dir;
        const std::filesystem::path path = dir.path().toStdString();
        expectError([&] { openDecoder(path); }, ErrorCode::NotFound, {path.string(), "config.json"});
        std::filesystem::copy_file(folder() / "llama" / "config.json", path / "config.json");
        expectError([&] { openDecoder(path); }, ErrorCode::NotFound, {path.string()});
        std::filesystem::copy_file(folder() / "llama" / "model.safetensors", path / "model.safetensors");
        writeJsonFile(path / "generation_config.json", {{"eos_token_id", {2, 7}}});
        QVERIFY(openDecoder(path).config().eos_token_id == std::vector<std::int32_t>({2, 7}));
        writeJsonFile(path / "generation_config.json", {{"eos_token_id", 96}});
        expectError([&] { openDecoder(path); }, ErrorCode::InvalidInput, {"generation_config.json", "eos_token_id"});
    }
};

QTEST_GUILESS_MAIN(DecoderTest)
#include "tst_decoder.moc"
