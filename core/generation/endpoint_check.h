#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "jobs/endpoint.h"

#include <filesystem>
#include <stop_token>

namespace triptych {

/// Asks an endpoint for a word, or for one vector: {"endpoint", "url", "model", "key": where it was found or null, "seconds"}
/// with {"answer", "time_to_first_token_s"} or {"dimension"}. A dimension that was not known yet is put on file.
/// Throws Error{NotFound} if the workspace has no such endpoint, and as EndpointClient.
Json checkEndpoint(const std::filesystem::path& workspace, const std::string& name, ProgressSink& progress, const std::stop_token& stop);

} // namespace triptych
