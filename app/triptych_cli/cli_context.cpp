#include "cli_context.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <utility>

namespace triptych {

void CliContext::print(const Json& document, std::string_view text) const {
    std::string out = json ? dumpJson(document) : std::string(text);
    if (out.empty() || out.back() != '\n')
        out += '\n';
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
}

void CliContext::onRun(CLI::App& command, std::function<int()> body) {
    command.callback([this, body = std::move(body)] { chosen = body; });
}

} // namespace triptych
