#pragma once

#include "base/json.h"
#include "knowledge/embedder.h"
#include "models/encoder.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// ArtefactInfo::base of an encoder: {"name", "path", "weights_bytes"}.
Json baseOfEncoder(const std::string& name, const std::filesystem::path& folder);

/// Folder of the encoder that an artefact needs: its path, else among the models of dataFolder() by its name. Throws
/// Error{NotFound} naming artefact and encoder, {Corrupt} if what is there is another model than it was made with.
std::filesystem::path baseEncoderFolder(const Json& base, const std::filesystem::path& artefact);
std::unique_ptr<Encoder> openBaseEncoder(const Json& base, const std::filesystem::path& artefact);

/// Vectors of length 1 (N, H) whatever the means gives, so that their inner products are cosines.
std::vector<float> embedUnit(Embedder& embedder, std::span<const std::string> texts, const std::stop_token& stop = {});

/// Numbers in the weights of a model folder.
std::int64_t parameterCount(const std::filesystem::path& folder);

} // namespace triptych
