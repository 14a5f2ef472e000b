#include "models/config_fields.h"

#include <string_view>

namespace triptych {

namespace {

/// Keys whose default is None in transformers and peft, which both write out as null.
constexpr std::string_view kNullable[] = {
    "alpha_pattern", "architectures", "attention_factor", "attn_logit_softcapping", "auto_mapping", "base_model_class",
    "base_model_name_or_path", "bos_token_id", "classifier_dropout", "decoder_start_token_id", "dtype", "eos_token_id", "exclude_modules",
    "final_logit_softcapping", "head_dim", "id2label", "init_lora_weights", "layer_types", "layers_pattern", "layers_to_transform",
    "max_seq_length", "modules_to_save", "n_inner", "num_decoder_layers", "num_key_value_heads", "original_max_position_embeddings",
    "pad_token_id", "partial_rotary_factor", "problem_type", "quantization_config", "rank_pattern", "rope_parameters", "rope_scaling",
    "sliding_window", "task_type", "torch_dtype"};

} // namespace

JsonFields configFields(const Json& value, std::string source) {
    JsonFields fields(value, std::move(source));
    fields.allowNullOnly(kNullable);
    return fields;
}

} // namespace triptych
