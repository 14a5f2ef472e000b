#include "cli_context.h"
#include "commands.h"
#include "table.h"

#include "base/error.h"
#include "datasets/demo.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace triptych {

namespace {

std::string infoText(const Json& info) {
    Table table("lr", {"workspace", info.at("folder").get<std::string>()});
    for (const char* key : {"datasets", "models", "runs", "decisions", "schema"})
        table.add({key, std::to_string(info.at(key).get<std::int64_t>())});
    table.add({"size", fmt::format("{:.1f} MB", info.at("bytes").get<double>() / 1e6)});
    return table.text();
}

std::string linesOf(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += "  " + line + '\n';
    return text;
}

int check(const CliContext& context) {
    const std::vector<std::string> problems = context.openWorkspace().check().problems;
    if (problems.empty()) {
        context.print({{"ok", true}, {"problems", Json::array()}}, "The workspace is in order.");
        return kExitDone;
    }
    const Error error(ErrorCode::Corrupt, fmt::format("the workspace has {} problem(s)", problems.size()), "`triptych-cli workspace repair` mends what can be mended.");
    context.print({{"ok", false}, {"problems", problems}, {"error", errorToJson(error)}},
                  fmt::format("The workspace has {} problem(s):\n{}{}", problems.size(), linesOf(problems), error.hint()));
    return kExitFailed;
}

} // namespace

void addWorkspaceCommands(CLI::App& app, CliContext& context) {
    CLI::App* group = app.add_subcommand("workspace", "Make, show, check and repair a workspace folder");
    group->require_subcommand(1);

    CLI::App* init = group->add_subcommand("init", "Make a workspace in a folder, which is made if need be");
    auto folder = std::make_shared<std::string>();
    init->add_option("DIR", *folder, "Folder (default: that of --workspace, else the current directory)");
    auto demo = std::make_shared<bool>(false);
    init->add_flag("--demo", *demo, "With the demo in it: messages to a support desk, English and Chinese");
    context.onRun(*init, [&context, folder, demo] {
        Workspace workspace = Workspace::create(folder->empty() ? context.workspace_folder : std::filesystem::path(*folder));
        if (*demo)
            importDemo(workspace, *context.progress, context.stop);
        context.print(workspace.info(), fmt::format("Made a workspace in {}", workspace.folder().string()));
        return kExitDone;
    });

    CLI::App* info = group->add_subcommand("info", "What the workspace holds");
    context.onRun(*info, [&context] {
        const Json document = context.openWorkspace().info();
        context.print(document, infoText(document));
        return kExitDone;
    });

    CLI::App* checkCommand = group->add_subcommand("check", "Look for damage and for missing folders; 1 if there is any");
    context.onRun(*checkCommand, [&context] { return check(context); });

    CLI::App* repair = group->add_subcommand("repair", "Mend what `check` finds; a broken database is kept beside");
    context.onRun(*repair, [&context] {
        const std::vector<std::string> done = Workspace::repair(context.workspace_folder);
        const std::vector<std::string> left = context.openWorkspace().check().problems;
        Json document = {{"done", done}, {"problems", left}};
        if (!left.empty())
            document["error"] = errorToJson(Error(ErrorCode::Corrupt, fmt::format("{} problem(s) of the workspace are left", left.size()), left.front()));
        context.print(document,
                      fmt::format("{}{}", done.empty() ? "There was nothing to mend.\n" : "Done:\n" + linesOf(done),
                                  left.empty() ? std::string() : "Left for you:\n" + linesOf(left)));
        return left.empty() ? kExitDone : kExitFailed;
    });
}

} // namespace triptych
