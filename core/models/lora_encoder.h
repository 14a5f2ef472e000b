#pragma once

#include "models/bert.h"
#include "models/lora_adapter.h"
#include "models/t5.h"

namespace triptych {

/// The weights of an adapter's base, as readWeights() gives them, with the adapter merged in, under the names that a model with a
/// head has. `shapesOnly`: nothing is computed, and the shapes are those that would come out. Throws as AdapterFit does.
NamedTensors adaptedEncoder(const LoraAdapter& adapter, const BertConfig& config, NamedTensors weights, bool shapesOnly = false);

/// The same for T5. Throws Error{Unsupported} for an adapter of the word table: which of its three uses is meant peft does not say.
NamedTensors adaptedT5(const LoraAdapter& adapter, const T5Config& config, NamedTensors weights, bool shapesOnly = false);

} // namespace triptych
