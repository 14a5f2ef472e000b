#include "cli_context.h"
#include "commands.h"
#include "model_inputs.h"
#include "supervise.h"
#include "table.h"

#include "base/error.h"
#include "base/files.h"
#include "base/resources.h"
#include "base/wall_clock.h"
#include "interop/model_folder.h"
#include "prediction/predictor.h"
#include "jobs/model_lookup.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace triptych {

namespace fs = std::filesystem;

namespace {

struct ListedModel {
    std::string name;
    fs::path folder;
    std::string kind;
};

/// A folder that cannot be opened is listed too, so that it can be removed.
std::string kindOf(const fs::path& folder) {
    try {
        return describeModelFolder(folder).kind;
    } catch (const Error&) {
        return "unreadable";
    }
}

/// The workspace's models, then those of the data folder that it does not hide.
std::vector<ListedModel> allModels(const std::optional<Workspace>& workspace) {
    std::vector<ListedModel> models;
    std::set<std::string> names;
    if (workspace) {
        for (const ModelRecord& record : workspace->models()) {
            const fs::path folder = fs::absolute(workspace->folder() / record.path).lexically_normal();
            models.push_back({record.name, folder, fs::exists(folder) ? record.kind : "missing"});
            names.insert(record.name);
        }
    }
    const fs::path shared = dataFolder() / "models";
    std::vector<ListedModel> found;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(shared, none)) {
        const std::string name = entry.path().filename().string();
        if (entry.is_directory() && !name.starts_with(".") && !names.contains(name))
            found.push_back({name, fs::absolute(entry.path()).lexically_normal(), kindOf(entry.path())});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    models.insert(models.end(), found.begin(), found.end());
    return models;
}

std::string megabytes(std::uintmax_t bytes) { return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6); }

std::string infoText(const std::string& name, const fs::path& folder, const ModelSummary& summary) {
    Table table("ll", {"model", name});
    table.add({"folder", folder.string()});
    table.add({"kind", summary.kind});
    if (!summary.architecture.empty())
        table.add({"architecture", summary.architecture});
    if (summary.parameters > 0) {
        table.add({"parameters", fmt::format("{} ({})", summary.parameters, summary.dtype)});
        table.add({"layers", fmt::format("{} of {}, {} heads", summary.layers, summary.dimension, summary.heads)});
        table.add({"vocabulary", fmt::format("{} tokens, up to {} positions", summary.vocabulary, summary.max_length)});
        table.add({"tokenizer", summary.tokenizer ? "yes" : "no"});
    }
    if (!summary.pooling.empty())
        table.add({"pooling", summary.pooling + (summary.normalized ? ", normalised" : "")});
    if (!summary.labels.empty())
        table.add({"labels", fmt::format("{}: {}", summary.labels.size(), fmt::join(summary.labels, ", "))});
    table.add({"size", megabytes(summary.bytes)});
    return table.text();
}

void addListAndInfo(CLI::App& group, CliContext& context) {
    CLI::App* list = group.add_subcommand("list", "Models of the workspace and of this user");
    context.onRun(*list, [&context] {
        Table table("lll", {"name", "kind", "folder"});
        Json models = Json::array();
        for (const ListedModel& model : allModels(findIndexed(context))) {
            table.add({model.name, model.kind, model.folder.string()});
            models.push_back({{"name", model.name}, {"path", model.folder.string()}, {"kind", model.kind}});
        }
        context.print({{"models", models}}, models.empty() ? "There are no models yet; `./dev models` fetches the starter model." : table.text());
        return kExitDone;
    });

    CLI::App* info = group.add_subcommand("info", "What a model folder holds; every weight's shape is checked");
    auto name = std::make_shared<std::string>();
    info->add_option("N", *name, "Name of the model, or a path with a slash")->required();
    context.onRun(*info, [&context, name] {
        const std::optional<Workspace> workspace = findIndexed(context);
        const FoundModel model = resolveModel(workspace ? &*workspace : nullptr, *name);
        const ModelSummary summary = describeModelFolder(model.folder);
        Json document = modelSummaryToJson(summary);
        document["name"] = model.name;
        document["path"] = model.folder.string();
        context.print(document, infoText(model.name, model.folder, summary));
        return kExitDone;
    });
}

int importOne(const CliContext& context, const std::string& sourceText, const std::string& wanted) {
    fs::path source = fs::absolute(sourceText).lexically_normal();
    if (!source.has_filename())
        source = source.parent_path();
    const std::string name = wanted.empty() ? source.filename().string() : wanted;
    std::optional<Workspace> workspace = context.findWorkspace();
    if (workspace)
        indexAllRuns(context, *workspace);
    if (workspace && workspace->model(name)) {
        throw Error(ErrorCode::AlreadyExists, fmt::format("the workspace has a model '{}' already", name),
                    "Choose another name with --name, or remove that model first.");
    }
    if (fs::exists(source / "triptych.json"))
        readArtefact(source, true); // what was changed since it was made is refused
    const fs::path models = workspace ? workspace->folder() / "models" : dataFolder() / "models";
    const fs::path target = importModel(source, name, models, *context.progress, context.stop);
    const ModelSummary summary = describeModelFolder(target);
    if (workspace) {
        try {
            workspace->saveModel({name, "models/" + name, summary.kind, "", isoTimeUtc()});
        } catch (...) {
            std::error_code ignored;
            fs::remove_all(target, ignored);
            throw;
        }
    }
    context.print({{"name", name}, {"path", fs::absolute(target).string()}, {"kind", summary.kind}, {"bytes", summary.bytes}},
                  fmt::format("Imported '{}' ({}, {}) to {}", name, summary.kind, megabytes(summary.bytes), target.string()));
    return kExitDone;
}

int removeOne(const CliContext& context, const std::string& name) {
    checkModelName(name);
    std::optional<Workspace> workspace = context.findWorkspace();
    if (workspace)
        indexAllRuns(context, *workspace);
    fs::path folder;
    bool deletes = true;
    if (const auto record = workspace ? workspace->model(name) : std::nullopt) {
        folder = fs::absolute(workspace->folder() / record->path).lexically_normal();
        // What a run made stays with the run; a model elsewhere is not ours to delete.
        deletes = folder.parent_path() == fs::absolute(workspace->folder() / "models").lexically_normal();
        workspace->removeModel(name);
    } else {
        folder = resolveModel(nullptr, name).folder;
    }
    if (deletes) {
        std::error_code error;
        fs::remove_all(folder, error);
        if (error)
            throw Error(ErrorCode::Io, fmt::format("cannot remove '{}': {}", folder.string(), error.message()));
    }
    context.print({{"name", name}, {"path", folder.string()}, {"deleted", deletes}},
                  deletes ? fmt::format("Removed '{}' and its folder {}", name, folder.string())
                          : fmt::format("Removed '{}' from the workspace; its folder {} stays", name, folder.string()));
    return kExitDone;
}

void addImportAndRemove(CLI::App& group, CliContext& context) {
    struct ImportOptions {
        std::string source, name;
    };
    CLI::App* import = group.add_subcommand("import", "Check a model folder and copy it: into the workspace if there is one, else for this user");
    auto options = std::make_shared<ImportOptions>();
    import->add_option("SOURCE", options->source, "Hugging Face folder with safetensors weights, or one that Triptych made")->required();
    import->add_option("--name", options->name, "Name of the copy (default: the folder's)")->type_name("N");
    context.onRun(*import, [&context, options] { return importOne(context, options->source, options->name); });

    CLI::App* remove = group.add_subcommand("remove", "Take a model out; an imported copy is deleted, a run's result stays with the run");
    auto name = std::make_shared<std::string>();
    remove->add_option("N", *name, "Name of the model")->required();
    context.onRun(*remove, [&context, name] { return removeOne(context, *name); });
}

} // namespace

void addModelCommands(CLI::App& app, CliContext& context) {
    CLI::App* group = app.add_subcommand("model", "List, import and try models; needs no workspace");
    group->require_subcommand(1);
    addListAndInfo(*group, context);
    addImportAndRemove(*group, context);
    addModelInputCommands(*group, context);
}

} // namespace triptych
