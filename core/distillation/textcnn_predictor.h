#pragma once

#include "prediction/predictor.h"

#include <filesystem>
#include <memory>

namespace triptych {

/// Opens an artefact of kind "textcnn": config.json, model.safetensors and a tokenizer.
std::unique_ptr<Predictor> openTextCnn(const std::filesystem::path& folder, const ArtefactInfo& info);

} // namespace triptych
