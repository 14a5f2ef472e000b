#pragma once

#include "base/json.h"
#include "formats/gguf_writer.h"
#include "models/decoder_config.h"

#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// config.json of a decoder whose configuration is known from elsewhere, with the keys that transformers 4 and 5 both read; without
/// ids of special tokens and dtype. Throws Error{Unsupported} naming `source` and what no family of transformers can be told.
Json huggingFaceConfig(const DecoderConfig& config, std::string_view source);

/// "general.architecture" of a decoder's GGUF file.
std::string ggufArchitecture(const DecoderConfig& config);

/// The keys "<architecture>.*" of a decoder's GGUF file. What readers other than this one take no notice of goes into `notes`.
/// Throws Error{Unsupported} naming `source` and what such a file cannot say of this family.
GgufMetadataToWrite ggufKeysOf(const DecoderConfig& config, std::string_view source, std::vector<std::string>& notes);

/// Divisors of the rotary frequencies (head_dim / 2) that a GGUF file needs as the tensor "rope_freqs.weight"; empty if none.
std::vector<float> ggufFrequencyFactors(const DecoderConfig& config);

/// All that a decoder's arithmetic follows from, rotary frequencies in numbers; equal for two configurations that compute the same
/// with weights of the same values.
Json arithmeticOf(const DecoderConfig& config);

/// The first key in which two such objects differ, with both values; numbers may differ by a millionth. Empty if none does.
std::string differenceOf(const Json& expected, const Json& found);

} // namespace triptych
