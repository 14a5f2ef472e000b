#pragma once

#include "models/decoder.h"
#include "models/decoder_weights.h"
#include "models/lora_adapter.h"

#include <functional>

namespace triptych {

/// The configuration of a decoder under an adapter: one that changes the word table or the output table gives it two.
/// Throws Error{Unsupported} as refuseHeads() does.
DecoderConfig adaptedDecoderConfig(DecoderConfig config, const LoraAdapter& adapter);

/// A decoder with an adapter beside its matrices, which stay as `weights` stores them. `config` is the base's. `shapesOnly`: it is
/// checked that all fits, and the adapter does nothing. Throws as Decoder and AdapterFit do.
Decoder adaptedDecoder(const DecoderConfig& config, const DecoderWeights& weights, const LoraAdapter& adapter, bool shapesOnly = false);

/// The weights of that decoder merged, float32, under the names of a Hugging Face folder: for adaptedDecoderConfig(). Throws
/// likewise, Error{Unsupported} for a bias where the base has none. `each` gets the number of tensors that are done before every further
/// one, and may throw.
std::map<std::string, at::Tensor> mergedDecoderWeights(const DecoderConfig& config, const DecoderWeights& weights, const LoraAdapter& adapter,
                                                       const std::function<void(std::size_t)>& each = {});

/// The same of an adapter folder and the folder or GGUF file of its base.
std::map<std::string, at::Tensor> mergedDecoderWeights(const LoraAdapter& adapter, const std::function<void(std::size_t)>& each = {});

/// checkDecoder() of an adapter on its base.
void checkDecoder(const LoraAdapter& adapter);

} // namespace triptych
