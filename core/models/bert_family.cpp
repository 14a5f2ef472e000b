#include "models/bert_family.h"

#include <algorithm>
#include <array>

namespace triptych {

namespace {

constexpr BertFamily kBert = {
    .model_type = "bert",
    .prefix = "bert.",
    .layer = "encoder.layer.",
    .query = "attention.self.query",
    .key = "attention.self.key",
    .value = "attention.self.value",
    .attention_output = "attention.output.dense",
    .attention_norm = "attention.output.LayerNorm",
    .intermediate = "intermediate.dense",
    .output = "output.dense",
    .output_norm = "output.LayerNorm",
    .token_types = true,
    .positions_by_padding = false,
    .class_prefix = "Bert",
    .head_dense = "bert.pooler.dense",
    .head_out = "classifier",
    .head_activation = Activation::Tanh,
    .dropout_before_dense = false,
    .mask_dense = "cls.predictions.transform.dense",
    .mask_norm = "cls.predictions.transform.LayerNorm",
    .mask_bias = "cls.predictions.bias",
    .mask_decoder = "cls.predictions.decoder",
    .hidden_size = "hidden_size",
    .num_hidden_layers = "num_hidden_layers",
    .num_attention_heads = "num_attention_heads",
    .intermediate_size = "intermediate_size",
    .hidden_act = "hidden_act",
    .hidden_dropout = "hidden_dropout_prob",
    .attention_dropout = "attention_probs_dropout_prob",
    .classifier_dropout = "classifier_dropout",
};

constexpr BertFamily roberta(std::string_view modelType, std::string_view classPrefix) {
    BertFamily family = kBert;
    family.model_type = modelType;
    family.prefix = "roberta.";
    family.positions_by_padding = true;
    family.class_prefix = classPrefix;
    family.head_dense = "classifier.dense";
    family.head_out = "classifier.out_proj";
    family.dropout_before_dense = true;
    family.mask_dense = "lm_head.dense";
    family.mask_norm = "lm_head.layer_norm";
    family.mask_bias = "lm_head.bias";
    family.mask_decoder = "lm_head.decoder";
    return family;
}

constexpr BertFamily distilbert() {
    BertFamily family = kBert;
    family.model_type = "distilbert";
    family.prefix = "distilbert.";
    family.layer = "transformer.layer.";
    family.query = "attention.q_lin";
    family.key = "attention.k_lin";
    family.value = "attention.v_lin";
    family.attention_output = "attention.out_lin";
    family.attention_norm = "sa_layer_norm";
    family.intermediate = "ffn.lin1";
    family.output = "ffn.lin2";
    family.output_norm = "output_layer_norm";
    family.token_types = false;
    family.class_prefix = "DistilBert";
    family.head_dense = "pre_classifier";
    family.head_activation = Activation::Relu;
    family.mask_dense = "vocab_transform";
    family.mask_norm = "vocab_layer_norm";
    family.mask_bias = "vocab_projector.bias";
    family.mask_decoder = "vocab_projector";
    family.hidden_size = "dim";
    family.num_hidden_layers = "n_layers";
    family.num_attention_heads = "n_heads";
    family.intermediate_size = "hidden_dim";
    family.hidden_act = "activation";
    family.hidden_dropout = "dropout";
    family.attention_dropout = "attention_dropout";
    family.classifier_dropout = "seq_classif_dropout";
    return family;
}

constexpr std::array kFamilies = {kBert, roberta("roberta", "Roberta"), roberta("xlm-roberta", "XLMRoberta"), distilbert()};

} // namespace

std::span<const BertFamily> bertFamilies() { return kFamilies; }

const BertFamily* bertFamily(std::string_view modelType) {
    const auto found = std::find_if(kFamilies.begin(), kFamilies.end(), [&](const BertFamily& family) { return family.model_type == modelType; });
    return found == kFamilies.end() ? nullptr : &*found;
}

} // namespace triptych
