#pragma once

#include "models/activation.h"

#include <span>
#include <string_view>

namespace triptych {

/// What the families of BERT's shape call their parts and do differently. A further family is a further row of the table in
/// bert_family.cpp.
struct BertFamily {
    std::string_view model_type;
    std::string_view prefix;   ///< of the body's weights in a model with a head
    std::string_view layer;    ///< "<layer><number>.<part>"; each part has .weight and .bias
    std::string_view query, key, value, attention_output, attention_norm, intermediate, output, output_norm;
    bool token_types;          ///< the input has segments
    bool positions_by_padding; ///< positions count tokens other than padding, from its id and 1 on (RoBERTa)

    std::string_view class_prefix; ///< of the classes in transformers: "Bert" of "BertForMaskedLM"
    /// Sequence classification: `dense` and an activation on the first token, then `out`. `dense` of BERT is its pooler and
    /// belongs to the body.
    std::string_view head_dense, head_out;
    Activation head_activation;
    bool dropout_before_dense;
    /// Masked language model: dense, gelu, norm, then the word table and a bias.
    std::string_view mask_dense, mask_norm, mask_bias, mask_decoder;

    /// The keys of config.json, where the family's differ from BERT's.
    std::string_view hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, hidden_act, hidden_dropout, attention_dropout,
        classifier_dropout;
};

std::span<const BertFamily> bertFamilies();
/// Null for one that is not of BERT's shape.
const BertFamily* bertFamily(std::string_view modelType);

} // namespace triptych
