#pragma once

#include "jobs/endpoint.h"

#include <optional>
#include <string>

namespace triptych {

struct CliContext;

/// An endpoint of the workspace, where there is one and it has one of this name: it goes before models. A path is none.
std::optional<Endpoint> namedEndpoint(const CliContext& context, const std::string& name);

} // namespace triptych
