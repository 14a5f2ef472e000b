#pragma once

namespace CLI {
class App;
}

namespace triptych {

struct CliContext;

/// perplexity, generate.
void addGenerateCommands(CLI::App& group, CliContext& context);

} // namespace triptych
