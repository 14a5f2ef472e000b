#include "cli_context.h"
#include "commands.h"
#include "supervise.h"

#include "base/error.h"
#include "jobs/setting_ranges.h"
#include "jobs/students.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace triptych {

namespace {

/// Settings that stand as flags of their own; each has its name from the paper to the command line.
struct SettingFlags {
    std::map<std::string, std::optional<double>> numbers;
    std::map<std::string, std::optional<std::int64_t>> integers;
    std::string config;

    /// A flag within the key's range.
    void add(CLI::App& command, const char* key, const char* help) {
        const SettingRange& range = settingRange(key);
        if (range.integer) {
            command.add_option(flagOf(key), integers[key], help)
                ->check(CLI::Range(static_cast<std::int64_t>(range.low), static_cast<std::int64_t>(range.high)))->type_name("N");
        } else {
            command.add_option(flagOf(key), numbers[key], help)->check(CLI::Range(range.low, range.high))
                ->check([](const std::string& text) { return text.find_first_of("nN") == std::string::npos ? std::string() : text + " is not a number"; }) // "nan" lies in every range
                ->type_name("X");
        }
    }
    void configFile(CLI::App& command) {
        command.add_option("--config", config, "JSON file of settings; flags win over it")->type_name("FILE");
    }
    Json settings() const {
        Json result = Json::object();
        if (!config.empty()) {
            result = parseJson(readInput(config, 1u << 20), config);
            if (!result.is_object())
                throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a JSON object of settings", config));
        }
        for (const auto& [key, value] : numbers) {
            if (value)
                result[key] = *value;
        }
        for (const auto& [key, value] : integers) {
            if (value)
                result[key] = *value;
        }
        return result;
    }

private:
    static std::string flagOf(std::string key) {
        if (key.size() == 1)
            return "-" + key;
        std::replace(key.begin(), key.end(), '_', '-');
        return "--" + key;
    }
};

struct RunOptions {
    RunRequest request;
    std::string model;
    SettingFlags flags;
};

void addTrainingFlags(CLI::App& command, SettingFlags& flags) {
    flags.add(command, "epochs", "Passes over the training rows (default: by the method, more for few rows or many labels)");
    flags.add(command, "batch_size", "Rows of an optimizer step");
    flags.add(command, "learning_rate", "Highest learning rate");
    flags.add(command, "max_length", "Tokens of a text at most");
    flags.add(command, "warmup_ratio", "Share of the steps with a rising learning rate");
    flags.add(command, "weight_decay", "Weight decay of AdamW");
    flags.add(command, "max_grad_norm", "Gradient norm from which gradients are clipped (0: none)");
    flags.add(command, "evaluate_every", "Steps between two looks at the dev rows (0: an epoch)");
    flags.add(command, "early_stopping_patience", "Looks at the dev rows without a better one before training ends (0: never)");
    flags.add(command, "checkpoint_every", "Steps between two checkpoints (0, the default: every 30 s)");
    flags.configFile(command);
}

int runToItsEnd(const CliContext& context, RunRequest request, const std::string& model) {
    request.seed = context.seed;
    request.threads = context.threads;
    Workspace workspace = context.openWorkspace();
    const RunDirectory run = registerRun(workspace, request);
    const RunSpec spec = run.spec();
    const auto base = spec.model_names.find("base");
    const Json warnings = base == spec.model_names.end() ? Json::array() : warningsOf(context, workspace, spec.dataset, base->second);
    const SupervisedRun outcome = superviseRun(context, workspace, run);
    requireDone(outcome);
    Json document = runDocument(outcome, model);
    document["warnings"] = warnings;
    context.print(document, runText(outcome, model));
    return kExitDone;
}

void addTrain(CLI::App& app, CliContext& context) {
    CLI::App* command = app.add_subcommand("train", "Make and measure a model: zero-shot, retrieval or fine-tuning");
    auto options = std::make_shared<RunOptions>();
    options->request.kind = "train";
    command->add_option("--data", options->request.dataset, "Data set to learn from and to be measured on")->required()->type_name("N");
    command->add_option("--model", options->model, "Base model: a name, or a path with a slash")->required()->type_name("BASE");
    command->add_option("--method", options->request.method, "zero_shot, retrieve, head or full")->required()->type_name("METHOD")
        ->check(CLI::IsMember({"zero_shot", "retrieve", "head", "full"}));
    command->add_option("--out", options->request.out, "Name of the model that is made")->required()->type_name("MODEL");
    options->flags.add(*command, "k", "retrieve: neighbours that vote");
    options->flags.add(*command, "C", "head: inverse of the regularisation (default: chosen by the dev rows)");
    addTrainingFlags(*command, options->flags);
    context.onRun(*command, [&context, options] {
        options->request.models["base"] = options->model;
        options->request.settings = options->flags.settings();
        return runToItsEnd(context, options->request, options->request.out);
    });
}

void addDistill(CLI::App& app, CliContext& context) {
    CLI::App* command = app.add_subcommand("distill", "Let a model teach a small student; a control without a teacher is made beside it");
    struct Options : RunOptions {
        std::string student, loss = "soft", pooling;
        bool prune = false;
    };
    auto options = std::make_shared<Options>();
    options->request.kind = "distill";
    command->add_option("--data", options->request.dataset, "Data set to learn from and to be measured on")->required()->type_name("N");
    command->add_option("--teacher", options->model, "Model that teaches: a name, or a path with a slash")->required()->type_name("T");
    command->add_option("--student", options->student,
                        "textcnn (the default), bilstm, static (token embeddings), or shrunken (a transformer of half the teacher's layers, of N with shrunken-N)")
        ->type_name("ARCH")->check([](const std::string& word) {
            try {
                studentChoice(word);
                return std::string();
            } catch (const Error& error) {
                return error.message();
            }
        });
    command->add_option("--loss", options->loss, "What the student follows (default: soft)")->type_name("LOSS")->check(CLI::IsMember({"soft"}));
    command->add_option("--out", options->request.out, "Name of the student; the control is called <name>-control")->required()->type_name("MODEL");
    options->flags.add(*command, "temperature", "Softness of the teacher's probabilities");
    options->flags.add(*command, "kd_loss_weight", "Weight of the soft-target loss");
    options->flags.add(*command, "hard_label_weight", "Weight of the loss on the labels");
    options->flags.add(*command, "variants", "Unlabelled variants of each text that the teacher labels");
    options->flags.add(*command, "variant_share", "Share of variants in a step");
    options->flags.add(*command, "word_dropout", "Share of words hidden from the student");
    options->flags.add(*command, "dropout", "Dropout of the student (textcnn, bilstm, static)");
    options->flags.add(*command, "embedding_size", "Width of a word in the student (textcnn, bilstm, static)");
    options->flags.add(*command, "filters", "textcnn: filters of each width");
    options->flags.add(*command, "hidden_size", "bilstm: width of one direction");
    options->flags.add(*command, "num_layers", "bilstm: layers");
    command->add_option("--pooling", options->pooling, "bilstm: max (the default) or mean over the tokens")->type_name("HOW")->check(CLI::IsMember({"max", "mean"}));
    options->flags.add(*command, "head_size", "static: width of a layer before the last (0: none)");
    options->flags.add(*command, "num_hidden_layers", "shrunken: layers (0: half of the teacher's)");
    command->add_flag("--prune-vocabulary", options->prune, "shrunken: know only the pieces of the training rows, and single characters (WordPiece)");
    addTrainingFlags(*command, options->flags);
    context.onRun(*command, [&context, options] {
        options->request.method = options->loss;
        options->request.models["teacher"] = options->model;
        options->request.settings = options->flags.settings();
        for (const auto& [key, word] : {std::pair("student", options->student), std::pair("pooling", options->pooling)}) {
            if (!word.empty())
                options->request.settings[key] = word;
        }
        if (options->prune)
            options->request.settings["prune_vocabulary"] = true;
        return runToItsEnd(context, options->request, options->request.out);
    });
}

void addEval(CLI::App& app, CliContext& context) {
    CLI::App* command = app.add_subcommand("eval", "Measure a model that was made earlier");
    auto options = std::make_shared<RunOptions>();
    auto split = std::make_shared<std::string>("test");
    options->request.kind = "evaluate";
    options->request.method = "predictor";
    command->add_option("--model", options->model, "Model to measure: a name, or a path with a slash")->required()->type_name("M");
    command->add_option("--data", options->request.dataset, "Data set to measure on")->required()->type_name("N");
    command->add_option("--split", *split, "Part to measure on (default: test)")->type_name("PART")->check(CLI::IsMember({"train", "dev", "test"}));
    context.onRun(*command, [&context, options, split] {
        options->request.models["model"] = options->model;
        options->request.settings["split"] = *split;
        return runToItsEnd(context, options->request, options->model);
    });
}

} // namespace

void addRunCommands(CLI::App& app, CliContext& context) {
    addTrain(app, context);
    addDistill(app, context);
    addEval(app, context);
}

} // namespace triptych
