#include "base/error.h"
#include "formats/gguf.h"
#include "formats/gguf_writer.h"
#include "models/decoder_config.h"
#include "models/rope.h"
#include "support/decoder_fixtures.h"

#include <fmt/format.h>

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <map>

using namespace triptych;
using namespace triptych::decoders;

namespace {

Json configOf(const std::string& family) { return readJsonFile(folder() / family / "config.json"); }

} // namespace

class DecoderConfigTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void positionsEqualTransformers_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < expected()["rope"].size(); ++i)
            QTest::newRow(expected()["rope"][i]["name"].get<std::string>().c_str()) << int(i);
    }
    void positionsEqualTransformers() {
        QFETCH(int, index);
        const Json& want = expected()["rope"][std::size_t(index)];
        const DecoderConfig config = decoderConfigFromJson(want["config"], "config");
        const std::vector<float> frequencies = ropeFrequencies(config.rope, config.head_dim);
        const auto positions = want["positions"].get<std::vector<std::int64_t>>();
        std::vector<float> cosines(positions.size() * frequencies.size()), sines(cosines.size());
        ropeTable(config.rope, frequencies, positions, cosines.data(), sines.data());
        double nearOff = 0, farOff = 0;
        for (std::size_t i = 0; i < positions.size(); ++i) {
            for (std::size_t j = 0; j < frequencies.size(); ++j) {
                const std::size_t at = i * frequencies.size() + j;
                const double off = std::max(std::abs(double(cosines[at]) - want["cos"][i][j].get<double>()),
                                            std::abs(double(sines[at]) - want["sin"][i][j].get<double>()));
                (positions[i] < 100 ? nearOff : farOff) = std::max(positions[i] < 100 ? nearOff : farOff, off);
            }
        }
        qInfo("off by %.2g near the beginning, %.2g up to position 60000", nearOff, farOff);
        // An angle of 60000 has steps of 0.004 in float32; a frequency that is rounded otherwise may move it by one.
        QVERIFY2(nearOff <= 2e-5, fmt::format("{}", nearOff).c_str());
        QVERIFY2(farOff <= 8e-3, fmt::format("{}", farOff).c_str());
    }
    void familiesMeanWhatTheyMean() {
        const DecoderConfig gemma = decoderConfigFromJson(configOf("gemma3"), "c");
        QCOMPARE(gemma.normOffset, 1.0);
        QVERIFY(gemma.postNorms && gemma.queryKeyNorms && gemma.tie_word_embeddings);
        QCOMPARE(gemma.rope.rope_theta, 1e6);
        QCOMPARE(gemma.slidingRope.rope_theta, 1e4);
        QVERIFY(gemma.slidingLayers == std::vector<bool>({true, true, false}));
        Json value = configOf("mistral");
        QCOMPARE(decoderConfigFromJson(value, "c").sliding_window, 7);
        value["sliding_window"] = nullptr;
        QCOMPARE(decoderConfigFromJson(value, "c").sliding_window, 0);
        value.erase("sliding_window");
        QCOMPARE(decoderConfigFromJson(value, "c").sliding_window, 4096);
        value = configOf("qwen2");
        QVERIFY(decoderConfigFromJson(value, "c").slidingLayers == std::vector<bool>({false, true}));
        value["use_sliding_window"] = false;
        QCOMPARE(decoderConfigFromJson(value, "c").sliding_window, 0);
        value = configOf("llama");
        value.erase("tie_word_embeddings");
        value.erase("num_key_value_heads");
        value["eos_token_id"] = {5, 6};
        const DecoderConfig llama = decoderConfigFromJson(value, "c");
        QVERIFY(!llama.tie_word_embeddings);
        QCOMPARE(llama.num_key_value_heads, 4);
        QVERIFY(llama.eos_token_id == std::vector<std::int32_t>({5, 6}));
        value = configOf("gpt2");
        value.erase("tie_word_embeddings");
        QVERIFY(decoderConfigFromJson(value, "c").tie_word_embeddings);
        QVERIFY(isDecoderFamily(value));
        QVERIFY(!isDecoderFamily(Json{{"model_type", "bert"}}));
        QVERIFY(!isDecoderFamily(Json::array()));
    }
    void wrongConfigIsRefused_data() {
        QTest::addColumn<QString>("family");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<int>("code");
        const int invalid = int(ErrorCode::InvalidInput), unsupported = int(ErrorCode::Unsupported);
        const auto row = [](const char* name, const char* family, const char* key, const char* value, int code) {
            QTest::newRow(name) << QString::fromLatin1(family) << QString::fromLatin1(key) << QString::fromUtf8(value) << code;
        };
        row("other family", "llama", "model_type", R"("mixtral")", unsupported);
        row("no family", "llama", "model_type", "null", invalid);
        row("packed weights", "llama", "quantization_config", R"({"bits": 4})", unsupported);
        row("negative size", "llama", "hidden_size", "-32", invalid);
        row("zero layers", "llama", "num_hidden_layers", "0", invalid);
        row("a million layers", "llama", "num_hidden_layers", "1000000", invalid);
        row("text for a number", "llama", "vocab_size", R"("96")", invalid);
        row("fraction", "llama", "intermediate_size", "63.5", invalid);
        row("beyond 64 bits", "llama", "vocab_size", "18446744073709551615", invalid);
        row("heads that do not divide", "llama", "num_key_value_heads", "3", invalid);
        row("odd head", "llama", "head_dim", "7", invalid);
        row("heads without end", "llama", "head_dim", "262144", invalid);
        row("epsilon of zero", "llama", "rms_norm_eps", "0", invalid);
        row("other activation", "llama", "hidden_act", R"("relu2")", unsupported);
        row("dynamic positions", "llama", "rope_parameters", R"({"rope_type": "dynamic", "factor": 2, "rope_theta": 10000})", unsupported);
        row("unknown positions", "llama", "rope_parameters", R"({"rope_type": "longrope", "rope_theta": 10000})", unsupported);
        row("part of the head turned", "llama", "rope_parameters", R"({"rope_type": "default", "partial_rotary_factor": 0.5})", unsupported);
        row("base of zero", "llama", "rope_parameters", R"({"rope_type": "default", "rope_theta": 0})", invalid);
        row("factor missing", "llama", "rope_parameters", R"({"rope_type": "linear", "rope_theta": 10000})", invalid);
        row("factors turned round", "llama", "rope_parameters",
            R"({"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1})", invalid);
        row("not an object", "llama", "rope_parameters", "[1]", invalid);
        row("end that is no token", "llama", "eos_token_id", "[2, -1]", invalid);
        row("layer types of another length", "gemma3", "layer_types", R"(["full_attention"])", invalid);
        row("unknown layer type", "gemma3", "layer_types", R"(["full_attention", "full_attention", "chunked_attention"])", unsupported);
        row("capped scores", "gemma3", "attn_logit_softcapping", "50.0", unsupported);
        row("both directions", "gemma3", "use_bidirectional_attention", "true", unsupported);
        row("scalar of zero", "gemma3", "query_pre_attn_scalar", "0", invalid);
        row("heads of GPT-2 that do not divide", "gpt2", "n_embd", "33", invalid);
        row("scales by layer", "gpt2", "scale_attn_by_inverse_layer_idx", "true", unsupported);
        row("cross attention", "gpt2", "add_cross_attention", "true", unsupported);
        row("window of nothing", "mistral", "sliding_window", "0", invalid);
        for (const char* key : {"hidden_act", "rms_norm_eps", "tie_word_embeddings", "attention_bias", "max_position_embeddings", "hidden_size", "dtype", "rope_parameters"}) {
            row(fmt::format("{} of another type", key).c_str(), "llama", key, "[5]", invalid);
            if (key != std::string("dtype") && key != std::string("rope_parameters")) // which transformers leaves at null itself
                row(fmt::format("{} of null", key).c_str(), "llama", key, "null", invalid);
        }
        row("ends in words", "llama", "eos_token_id", R"("2")", invalid);
        row("half an end", "llama", "eos_token_id", "[2.5]", invalid);
        row("factor of null", "llama", "rope_parameters", R"({"rope_type": "linear", "rope_theta": 10000, "factor": null})", invalid);
        row("layer types of another type", "gemma3", "layer_types", "[1, 1, 1]", invalid);
    }
    void wrongConfigIsRefused() {
        QFETCH(QString, family);
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(int, code);
        Json config = configOf(family.toStdString());
        config[key.toStdString()] = Json::parse(value.toStdString());
        try {
            decoderConfigFromJson(config, "some/config.json");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(int(error.code()) == code, error.what());
            QVERIFY2(QString::fromStdString(error.message()).contains(key), error.what());
            QVERIFY2(error.message().find("some/config.json") != std::string::npos, error.what());
        }
    }
    void missingKeysAreNamed() {
        for (const char* key : {"model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"}) {
            Json config = configOf("qwen3");
            config.erase(key);
            try {
                decoderConfigFromJson(config, "some/config.json");
                QFAIL(key);
            } catch (const Error& error) {
                QVERIFY2(error.message().find(fmt::format("'{}'", key)) != std::string::npos, error.what());
            }
        }
        QVERIFY_EXCEPTION_THROWN(decoderConfigFromJson(Json::array({1}), "c"), Error);
    }
    void ggufMetadataGivesTheSameSizes_data() {
        QTest::addColumn<QString>("family");
        for (const char* family : {"gpt2", "qwen2", "qwen3", "gemma3"})
            QTest::newRow(family) << QString::fromLatin1(family);
    }
    void ggufMetadataGivesTheSameSizes() {
        QFETCH(QString, family);
        const DecoderConfig json = decoderConfigFromJson(configOf(family.toStdString()), "c");
        const DecoderConfig gguf = decoderConfigFromGguf(GgufFile(folder() / family.toStdString() / "model.gguf"), "g");
        QCOMPARE(gguf.model_type, json.model_type);
        QCOMPARE(gguf.vocab_size, json.vocab_size);
        QCOMPARE(gguf.head_dim, json.head_dim);
        QCOMPARE(gguf.num_key_value_heads, json.num_key_value_heads);
        QCOMPARE(gguf.intermediate_size, json.intermediate_size);
        QCOMPARE(gguf.tie_word_embeddings, json.tie_word_embeddings);
        QCOMPARE(gguf.queryKeyValueBias, json.queryKeyValueBias);
        QCOMPARE(gguf.outputBias, json.outputBias);
        QCOMPARE(gguf.feedForwardBias, json.feedForwardBias);
        QCOMPARE(gguf.rope.rope_theta, json.rope.rope_theta);
        QCOMPARE(gguf.slidingLayers.empty(), json.slidingLayers.empty() || family == QStringLiteral("qwen2"));
        QVERIFY(gguf.eos_token_id == std::vector<std::int32_t>({2}));
    }
    void wrongGgufIsRefused_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, const char* key, const char* value, ErrorCode code) {
            QTest::newRow(name) << QString::fromLatin1(key) << QString::fromLatin1(value) << int(code);
        };
        row("other architecture", "general.architecture", "mamba", ErrorCode::Unsupported);
        row("no layers", "llama.block_count", "0", ErrorCode::InvalidInput);
        row("too many layers", "llama.block_count", "4000000", ErrorCode::InvalidInput);
        row("missing width", "llama.embedding_length", "", ErrorCode::InvalidInput);
        row("experts", "llama.expert_count", "8", ErrorCode::Unsupported);
        row("in parts", "split.count", "2", ErrorCode::Unsupported);
        row("part of the head turned", "llama.rope.dimension_count", "4", ErrorCode::Unsupported);
        row("values of another width", "llama.attention.value_length", "16", ErrorCode::Unsupported);
        row("unknown scaling", "llama.rope.scaling.type", "longrope", ErrorCode::Unsupported);
    }
    void wrongGgufIsRefused() {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(int, code);
        std::map<std::string, GgufValueToWrite> metadata = {{"general.architecture", std::string("llama")},
                                                            {"llama.block_count", 2u},
                                                            {"llama.embedding_length", 32u},
                                                            {"llama.feed_forward_length", 64u},
                                                            {"llama.context_length", 64u},
                                                            {"llama.attention.head_count", 4u}};
        const std::string name = key.toStdString();
        bool isNumber = false;
        const std::uint32_t number = value.toUInt(&isNumber);
        if (value.isEmpty())
            metadata.erase(name);
        else if (isNumber)
            metadata[name] = number;
        else
            metadata[name] = value.toStdString();
        const QTemporaryDir dir;
        const std::filesystem::path path = dir.path().toStdString() + "/lying.gguf";
        GgufWriter writer(path, {metadata.begin(), metadata.end()}, {{"token_embd.weight", GgmlType::F32, {96, 32}}});
        writer.writeValues(std::vector<float>(96 * 32));
        writer.commit();
        try {
            decoderConfigFromGguf(GgufFile(path), path.string());
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(int(error.code()) == code, error.what());
            QVERIFY2(error.message().find(name) != std::string::npos, error.what());
            QVERIFY2(error.message().find("lying.gguf") != std::string::npos, error.what());
        }
    }
};

QTEST_GUILESS_MAIN(DecoderConfigTest)
#include "tst_decoder_config.moc"
