#pragma once

namespace CLI {
class App;
}

namespace triptych {

struct CliContext;

/// One function a command group; each lives in its own file and main() calls them all. `context` outlives
/// the parser.
void addWorkspaceCommands(CLI::App& app, CliContext& context);
void addDataCommands(CLI::App& app, CliContext& context);

} // namespace triptych
