#pragma once

#include "base/json.h"
#include "models/bert_family.h"

#include <string_view>

namespace triptych {

/// The keys of config.json that the arithmetic depends on, under BERT's names.
struct BertConfig {
    const BertFamily* family = bertFamily("bert");
    Activation hidden_act = Activation::Gelu;
    int vocab_size = 0;
    int hidden_size = 0;
    int num_hidden_layers = 0;
    int num_attention_heads = 0;
    int intermediate_size = 0;
    int max_position_embeddings = 0;
    int type_vocab_size = 2;
    double layer_norm_eps = 1e-12;
    double hidden_dropout_prob = 0.1;
    double attention_probs_dropout_prob = 0.1;
    double classifier_dropout = 0.1; ///< hidden_dropout_prob where the file has null
    int pad_token_id = 0;

    /// Tokens of the longest sequence.
    int maxTokens() const { return family->positions_by_padding ? max_position_embeddings - pad_token_id - 1 : max_position_embeddings; }
};
/// Throws Error{InvalidInput | Unsupported} naming source and key.
BertConfig bertConfigFromJson(const Json& value, std::string_view source);

} // namespace triptych
