#pragma once

#include "base/json.h"
#include "models/encoder.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace triptych {

/// ArtefactInfo::base of an encoder: {"name", "path", "weights_bytes"}.
Json baseOfEncoder(const std::string& name, const std::filesystem::path& folder);

/// Opens the encoder that an artefact needs: at its path, else among the models of dataFolder() by its name. Throws
/// Error{NotFound} naming artefact and encoder, {Corrupt} if what is there is another model than it was made with.
std::unique_ptr<Encoder> openBaseEncoder(const Json& base, const std::filesystem::path& artefact);

/// Numbers in the weights of a model folder.
std::int64_t parameterCount(const std::filesystem::path& folder);

} // namespace triptych
