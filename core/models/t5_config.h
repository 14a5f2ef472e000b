#pragma once

#include "base/json.h"
#include "models/activation.h"

#include <string_view>

namespace triptych {

/// The keys of config.json that the arithmetic depends on, under their own names.
struct T5Config {
    int vocab_size = 0;
    int d_model = 0;
    int d_kv = 0;
    int d_ff = 0;
    int num_layers = 0;
    int num_decoder_layers = 0;
    int num_heads = 0;
    int relative_attention_num_buckets = 32;
    int relative_attention_max_distance = 128;
    double layer_norm_epsilon = 1e-6;
    Activation activation = Activation::Relu;
    bool gated = false;                ///< v1.1 and mT5: a second matrix beside the activated one
    bool scale_decoder_outputs = true; ///< by d_model^-0.5 before the word table; not in v1.1 and mT5
    bool untied = false;               ///< the file says so: then it must have an output table
    int decoder_start_token_id = 0;
    int eos_token_id = 1;
};
/// model_type t5 or mt5. Throws Error{InvalidInput | Unsupported} naming source and key.
T5Config t5ConfigFromJson(const Json& value, std::string_view source);

} // namespace triptych
