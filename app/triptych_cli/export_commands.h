#pragma once

namespace CLI {
class App;
}

namespace triptych {

struct CliContext;

/// `model export` and `model verify`.
void addExportCommands(CLI::App& group, CliContext& context);

} // namespace triptych
