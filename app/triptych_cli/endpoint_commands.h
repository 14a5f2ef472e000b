#pragma once

#include "jobs/endpoint.h"

#include <initializer_list>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace triptych {

struct CliContext;

/// An endpoint of the workspace, where there is one and it has one of this name; a path is none. Throws
/// Error{InvalidArgument} naming both if a model has the name too.
std::optional<Endpoint> namedEndpoint(const CliContext& context, const std::string& name);
/// Throws Error{InvalidArgument} naming the first of these options of a command that was given: a server has no use for it.
void refuseOptions(const CLI::App& command, const Endpoint& endpoint, std::initializer_list<const char*> options);

} // namespace triptych
