#pragma once

#include "base/progress.h"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace triptych {

/// Takes a file, or with a slash at the end all files below it, out of a zip archive into `folder`: a file under its own name,
/// those below a prefix under the rest of theirs. Names that lead out of the folder, links and more than `maxBytes` in all are
/// refused before anything is written. Throws Error{NotFound} if there is no such entry, {InvalidInput} naming archive and
/// entry, {Io}, {Cancelled}; what was written by then stays.
void extractZip(const std::filesystem::path& archive, const std::string& entry, const std::filesystem::path& folder, std::uintmax_t maxBytes,
                ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
