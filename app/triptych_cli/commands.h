#pragma once

namespace CLI {
class App;
}

namespace triptych {

struct CliContext;

/// One function a command group; each lives in its own file and main() calls them all. `context` outlives
/// the parser.
void addWorkspaceCommands(CLI::App& app, CliContext& context);
void addModelCommands(CLI::App& app, CliContext& context);
void addDataCommands(CLI::App& app, CliContext& context);
void addKnowledgeCommands(CLI::App& app, CliContext& context); ///< kb
void addRunCommands(CLI::App& app, CliContext& context); ///< train, distill, eval
void addDecideCommand(CLI::App& app, CliContext& context);
void addCompareCommand(CLI::App& app, CliContext& context);
void addJobCommands(CLI::App& app, CliContext& context);
void addEndpointCommands(CLI::App& app, CliContext& context);

} // namespace triptych
