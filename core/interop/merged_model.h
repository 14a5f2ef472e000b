#pragma once

#include "base/json.h"
#include "base/progress.h"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>

namespace triptych {

/// What a PEFT folder and its base make together: a whole model, float32, for a Hugging Face folder.
struct MergedModel {
    Json config; ///< config.json; null if the base is a GGUF file, of which readDecoderConfig() of the folder knows all there is
    std::map<std::string, at::Tensor> weights;
};
/// Progress counts a decoder's tensors, stage "merge". Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor,
/// {Cancelled}.
MergedModel mergeAdapterFolder(const std::filesystem::path& folder, ProgressSink& progress = nullProgress(), const std::stop_token& stop = {});

} // namespace triptych
