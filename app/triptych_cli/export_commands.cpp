#include "export_commands.h"

#include "cli_context.h"
#include "supervise.h"
#include "table.h"

#include "interop/export_model.h"
#include "interop/export_proof.h"
#include "jobs/model_lookup.h"

#include <ATen/Parallel.h>
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace triptych {

namespace {

struct ExportOptions {
    std::string name, format, quant, dtype, out;
};

std::string resultText(const ExportResult& result) {
    std::string text = fmt::format("Wrote {} ({}, {}) and proved it: a second process gave the same for {} prompts, outputs within {:.2g} of the greatest.\n",
                                   result.path.string(), result.type, sizeText(result.bytes),
                                   result.proof.at("questions").at("prompts").size(), result.proof.at("largest_difference").get<double>());
    if (const Json& drift = result.proof.at("drift"); drift.is_object())
        text += fmt::format("Rounding costs a mean KL divergence of {:.3g} nats from the source.\n", drift.at("mean_kl").get<double>());
    for (const std::string& note : result.notes)
        text += fmt::format("Note: {}\n", note);
    return text;
}

int exportOne(const CliContext& context, const ExportOptions& options) {
    at::set_num_threads(context.threads);
    ExportRequest request;
    request.format = exportFormat(options.format);
    const bool gguf = request.format == ExportFormat::Gguf;
    if (gguf ? !options.dtype.empty() : !options.quant.empty())
        throw Error(ErrorCode::InvalidArgument, gguf ? "--dtype is of Hugging Face folders; a GGUF file has --quant" : "--quant is of GGUF files; a Hugging Face folder has --dtype");
    const std::optional<Workspace> workspace = findIndexed(context);
    const FoundModel model = resolveModel(workspace ? &*workspace : nullptr, options.name);
    request.model = model.path;
    request.name = model.name;
    request.type = gguf ? options.quant : options.dtype;
    request.out = options.out;
    const ExportResult result = exportModel(request, *context.progress, context.stop);
    context.print(exportResultToJson(result), resultText(result));
    return kExitDone;
}

int verifyOne(const CliContext& context, const std::string& path) {
    at::set_num_threads(context.threads);
    const ProofCheck check = verifyExport(path, *context.progress, context.stop);
    if (!check.differences.empty()) {
        throw Error(ErrorCode::Corrupt, fmt::format("'{}' is not what was exported: {}", path, joinedDifferences(check.differences)),
                    "Export the model again, or take the files from where they were whole.");
    }
    context.print({{"path", path}, {"proven", true}, {"prompts", check.prompts}, {"largest_difference", check.largest}, {"proof", check.proof}},
                  fmt::format("'{}' is what was exported: {} prompts, outputs within {:.2g} of the greatest.", path, check.prompts, check.largest));
    return kExitDone;
}

} // namespace

void addExportCommands(CLI::App& group, CliContext& context) {
    CLI::App* command = group.add_subcommand("export", "Write a model for other programs, proven by a second process that opens what was written");
    auto options = std::make_shared<ExportOptions>();
    command->add_option("N", options->name, "Name of the model, or a path with a slash")->required();
    command->add_option("--format", options->format, "hf: a Hugging Face folder; gguf: one file for llama.cpp, of decoders")->required()->check(CLI::IsMember({"hf", "gguf"}));
    command->add_option("--quant", options->quant, "Weights of a GGUF file: f16 (default), q8_0 (8.5 bits a weight) or q4_0 (4.5)")->check(CLI::IsMember({"f16", "q8_0", "q4_0"}));
    command->add_option("--dtype", options->dtype, "Weights of a Hugging Face folder (default: as stored, else f32)")->check(CLI::IsMember({"f32", "f16", "bf16"}));
    command->add_option("--out", options->out, "Folder, or file that ends in .gguf; must not be there yet")->required()->type_name("PATH");
    context.onRun(*command, [&context, options] { return exportOne(context, *options); });

    CLI::App* verify = group.add_subcommand("verify", "Repeat the proof of an exported folder or GGUF file");
    auto path = std::make_shared<std::string>();
    verify->add_option("PATH", *path, "What `model export` wrote")->required();
    context.onRun(*verify, [&context, path] { return verifyOne(context, *path); });
}

} // namespace triptych
