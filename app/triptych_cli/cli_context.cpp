#include "cli_context.h"

#include "base/descriptor.h"
#include "text/controls.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace triptych {

namespace {

bool isStandardOutput(const std::filesystem::path& path) {
    struct stat named {}, own {};
    return ::stat(path.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &own) == 0 && named.st_dev == own.st_dev && named.st_ino == own.st_ino;
}

} // namespace

void CliContext::print(const Json& document, std::string_view text, const std::filesystem::path& out) const {
    std::string said = json ? dumpJson(document) : controlsEscaped(text);
    if (said.empty() || said.back() != '\n')
        said += '\n';
    std::FILE* const to = isStandardOutput(out) ? stderr : stdout;
    std::fwrite(said.data(), 1, said.size(), to);
    std::fflush(to);
}

std::string readInput(const std::filesystem::path& file, std::uintmax_t maxBytes) {
    const Descriptor input(openInput(file));
    return readToEnd(input.fd, file, maxBytes);
}

void CliContext::say(std::string_view line) { std::fputs((controlsEscaped(line) + '\n').c_str(), stderr); }

void CliContext::onRun(CLI::App& command, std::function<int()> body) {
    command.callback([this, body = std::move(body)] { chosen = body; });
}

} // namespace triptych
