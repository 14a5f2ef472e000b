#include "models/bert_config.h"
#include "models/decoder_config.h"
#include "models/t5_config.h"
#include "fuzz_file.h"

#include <cmath>

using namespace triptych;

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

/// What the arithmetic takes for granted.
void check(const DecoderConfig& config) {
    require(config.vocab_size > 0 && config.hidden_size > 0 && config.intermediate_size > 0 && config.num_hidden_layers > 0);
    require(config.num_key_value_heads > 0 && config.num_attention_heads % config.num_key_value_heads == 0 && config.head_dim > 0);
    require(std::isfinite(config.attentionScale) && config.attentionScale > 0 && std::isfinite(config.embeddingScale) && config.norm_eps > 0);
    require(config.sliding_window == 0 || config.slidingLayers.size() == static_cast<std::size_t>(config.num_hidden_layers));
    if (config.learnedPositions)
        return;
    for (const RopeConfig* rope : {&config.rope, &config.slidingRope}) {
        for (const float frequency : ropeFrequencies(*rope, config.head_dim))
            require(std::isfinite(frequency));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Json value;
    expectAnswer([&] { value = parseJson(textOf(data, size), "config.json"); });
    expectAnswer([&] {
        isDecoderFamily(value);
        check(decoderConfigFromJson(value, "config.json"));
    });
    expectAnswer([&] {
        const BertConfig config = bertConfigFromJson(value, "config.json");
        require(config.hidden_size % config.num_attention_heads == 0 && config.maxTokens() > 0 && config.layer_norm_eps > 0);
        require(config.hidden_dropout_prob >= 0 && config.hidden_dropout_prob < 1 && config.classifier_dropout >= 0 && config.classifier_dropout < 1);
    });
    expectAnswer([&] {
        const T5Config config = t5ConfigFromJson(value, "config.json");
        require(config.num_heads > 0 && config.d_kv > 0 && config.decoder_start_token_id < config.vocab_size && config.layer_norm_epsilon > 0);
    });
    return 0;
}
