#pragma once

#include "prediction/predictor.h"

#include <filesystem>
#include <memory>

namespace triptych {

/// Opens an artefact of kind "textcnn", "bilstm" or "static": config.json, model.safetensors and a tokenizer.
/// Throws Error{NotFound | InvalidInput | Unsupported} naming file, key or tensor.
std::unique_ptr<Predictor> openStudent(const std::filesystem::path& folder, const ArtefactInfo& info);

} // namespace triptych
