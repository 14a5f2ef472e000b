#include "cli_context.h"
#include "commands.h"
#include "interrupts.h"
#include "terminal_progress.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/processor.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <new>
#include <thread>
#include <vector>

using namespace triptych;

namespace {

void say(const CliContext& context, const Error& error) {
    if (context.json) {
        context.print({{"error", errorToJson(error)}}, {});
    } else {
        CliContext::say("error: " + error.message());
        if (!error.hint().empty())
            CliContext::say("       " + error.hint());
    }
}

int report(const CliContext& context, const Error& error) {
    say(context, error);
    switch (error.code()) {
    case ErrorCode::Cancelled:
        return kExitCancelled;
    case ErrorCode::InvalidArgument:
        return kExitUsage;
    default:
        return kExitFailed;
    }
}

/// "triptych-cli data import", as far as the arguments name commands.
std::string commandPath(const CLI::App& app) {
    std::string path = app.get_name();
    const CLI::App* current = &app;
    while (!current->get_subcommands().empty()) {
        current = current->get_subcommands().front();
        path += " " + current->get_name();
    }
    return path;
}

/// The parser's message, or a better one where a word names no command.
std::string usageMessage(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App* current = &app;
    while (!current->get_subcommands().empty())
        current = current->get_subcommands().front();
    const std::vector<std::string> unknown = app.remaining(true);
    if (dynamic_cast<const CLI::RequiredError*>(&error) && current->get_require_subcommand_min() > 0) {
        return unknown.empty() ? fmt::format("`{}` needs a command", commandPath(app))
                               : fmt::format("there is no command '{}' in `{}`", unknown.front(), commandPath(app));
    }
    return error.what();
}

/// The first option or argument that was given without a character in it, as "$UNSET" gives it; null if there is none.
const CLI::Option* emptyOption(const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
        const std::vector<std::string>& given = option->results();
        if (std::find(given.begin(), given.end(), std::string()) != given.end())
            return option;
    }
    for (const CLI::App* command : app.get_subcommands()) {
        if (const CLI::Option* option = emptyOption(*command))
            return option;
    }
    return nullptr;
}

/// The parser may fail before it has seen --json; a script wants its error as JSON all the same.
bool asksForJson(int argc, char** argv) {
    char** end = std::find_if(argv, argv + argc, [](const char* arg) { return std::string_view(arg) == "--"; });
    return std::any_of(argv, end, [](const char* arg) { return std::string_view(arg) == "--json"; });
}

void addGlobalOptions(CLI::App& app, CliContext& context) {
    app.add_option("--workspace", context.workspace_folder, "Folder of the workspace (default: the current directory)")->type_name("DIR");
    app.add_flag("--json", context.json, "Write one JSON document to stdout");
    app.add_option("--threads", context.threads, "Threads to compute with (default: all processors)")->type_name("N")->check(CLI::Range(1, 1024));
    app.add_option("--seed", context.seed, "Seed of every random choice (default: 13)")->type_name("S")->check([](const std::string& text) {
        return text.find_first_not_of("0123456789") == std::string::npos ? std::string() : "a seed is a whole number from 0, not " + text;
    });
    app.set_version_flag("--version", std::string("triptych-cli " TRIPTYCH_VERSION));
}

int run(CliContext& context) {
    const Interrupts interrupts;
    TerminalProgress progress;
    context.stop = interrupts.token();
    context.progress = &progress;
    try {
        return context.chosen();
    } catch (const WorkFailed& error) {
        progress.clear();
        say(context, error);
        return kExitFailed;
    } catch (const Error& error) {
        progress.clear();
        return report(context, error);
    } catch (const std::bad_alloc&) {
        progress.clear();
        return report(context, Error(ErrorCode::OutOfMemory, "there is not enough memory", "Close other programs, or work on less data at once."));
    } catch (const std::filesystem::filesystem_error& error) { // a path that is too long, or a folder that may not be looked into
        progress.clear();
        return report(context, Error(ErrorCode::Io, fmt::format("cannot use '{}': {}", error.path1().string(), error.code().message()), "Check the path and the permissions of its folders."));
    } catch (const std::exception& error) {
        progress.clear();
        return report(context, Error(ErrorCode::Internal, error.what(), "This is a defect of the program."));
    }
}

} // namespace

int main(int argc, char** argv) {
    if (const char* problem = processorProblem()) {
        std::fprintf(stderr, "error: %s\n", problem);
        return kExitFailed;
    }
    keepFreedMemory();
    CliContext context;
    context.threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    CLI::App app("Triptych: retrieve, fine-tune or distil? Measures all three on your data and recommends.", "triptych-cli");
    // Global options may stand anywhere: what a command does not know, its parents do. One command each level
    // keeps data sets and models free to be called "train" or "check".
    app.fallthrough();
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled.\n`triptych-cli GROUP COMMAND --help` shows the options of a command.");
    addGlobalOptions(app, context);
    addWorkspaceCommands(app, context);
    addModelCommands(app, context);
    addDataCommands(app, context);
    addKnowledgeCommands(app, context);
    addRunCommands(app, context);
    addDecideCommand(app, context);
    addCompareCommand(app, context);
    addJobCommands(app, context);
    addEndpointCommands(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const std::string text = app.help();
        context.json = asksForJson(argc, argv);
        context.print({{"help", text}}, text);
        return kExitDone;
    } catch (const CLI::CallForVersion& version) {
        context.json = asksForJson(argc, argv);
        context.print({{"version", TRIPTYCH_VERSION}}, version.what());
        return kExitDone;
    } catch (const CLI::ParseError& error) {
        context.json = asksForJson(argc, argv);
        return report(context, Error(ErrorCode::InvalidArgument, usageMessage(app, error), fmt::format("See `{} --help`.", commandPath(app))));
    }
    if (const CLI::Option* option = emptyOption(app)) {
        const std::string name = option->get_name();
        return report(context, Error(ErrorCode::InvalidArgument, fmt::format("the value of {} is empty", name), fmt::format("See `{} --help`.", commandPath(app))));
    }
    return run(context);
}
