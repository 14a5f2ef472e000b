#include "kb_edit_handler.h"
#include "kb_handlers.h"
#include "model_handlers.h"
#include "predict_handler.h"
#include "wiring.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/processor.h"
#include "interop/export_proof.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string_view>
#include <unistd.h>

using namespace triptych;

namespace {

constexpr int kUsage = 2;
constexpr const char* kHelp =
    "triptych-engine run DIR [--threads N]    work on one run until it ends\n"
    "triptych-engine serve [--threads N]      answer JSON-RPC 2.0 requests on standard input\n"
    "triptych-engine prove DIR [--threads N]  answer the questions of an export's proof\n";

struct Command {
    std::string verb, directory;
    std::optional<int> threads;
};

std::optional<Command> parseCommand(int argc, char** argv) {
    Command command;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--threads" && i + 1 < argc) {
            const std::string_view text = argv[++i];
            int threads = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
            if (error != std::errc() || end != text.data() + text.size() || threads < 1 || threads > 1024)
                return std::nullopt;
            command.threads = threads;
        } else if (command.verb.empty()) {
            command.verb = word;
        } else if (command.directory.empty()) {
            command.directory = word;
        } else {
            return std::nullopt;
        }
    }
    const bool known = ((command.verb == "run" || command.verb == "prove") && !command.directory.empty()) || (command.verb == "serve" && command.directory.empty());
    return known ? std::optional(command) : std::nullopt;
}

/// The one place where LibTorch is told how many threads to use.
void setThreads(int threads) {
    at::set_num_threads(threads);
    at::set_num_interop_threads(1);
}

int runCommand(const Command& command) {
    const RunDirectory run(command.directory);
    // A spec that cannot be read is recorded as the run's failure by runJob.
    int threads = 1;
    try {
        threads = run.spec().threads;
    } catch (const Error&) {
    }
    setThreads(command.threads.value_or(threads));
    const PredictorRegistry predictors = makePredictorRegistry();
    const int code = runJob(run.path(), makeJobRegistry(predictors));
    const RunStatus status = run.status();
    if (status.error)
        fmt::print(stderr, "triptych-engine: {}\n", status.error->value("message", std::string("failed")));
    return code;
}

int proveCommand(const Command& command) {
    setThreads(command.threads.value_or(1));
    answerInSecondProcess(command.directory);
    return 0;
}

int serveCommand(const Command& command) {
    if (command.threads)
        setThreads(*command.threads);
    std::signal(SIGPIPE, SIG_IGN); // a client that went away is the end of the input
    // What libraries print must not stand between the messages.
    const int out = ::dup(STDOUT_FILENO);
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    const PredictorRegistry predictors = makePredictorRegistry();
    PredictHandler predict(predictors);
    ModelHandlers models;
    const auto method = [&models](auto handler) -> RequestHandler {
        return [&models, handler](const Json& params, std::stop_token stop, RequestSink& sink) { return (models.*handler)(params, stop, sink); };
    };
    RequestHandlers handlers = {{"predict", std::ref(predict)},
                                {"model.describe", method(&ModelHandlers::describe)},
                                {"model.import", method(&ModelHandlers::import)},
                                {"model.get", method(&ModelHandlers::get)},
                                {"model.export", method(&ModelHandlers::exportTo)},
                                {"model.try", method(&ModelHandlers::tryOut)},
                                {"endpoint.test", method(&ModelHandlers::testEndpoint)},
                                {"kb.edit_chunk", editKnowledgeChunk}};
    KnowledgeHandlers knowledge;
    knowledge.addTo(handlers);
    return serve(STDIN_FILENO, out, handlers) ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    if (const char* problem = processorProblem()) {
        std::fprintf(stderr, "triptych-engine: %s\n", problem);
        return 1;
    }
    keepFreedMemory();
    const auto command = parseCommand(argc, argv);
    if (!command) {
        std::fputs(kHelp, stderr);
        return kUsage;
    }
    try {
        return command->verb == "run" ? runCommand(*command) : command->verb == "prove" ? proveCommand(*command) : serveCommand(*command);
    } catch (const Error& error) {
        fmt::print(stderr, "triptych-engine: {}{}{}\n", error.message(), error.hint().empty() ? "" : " ", error.hint());
    } catch (const std::exception& error) {
        fmt::print(stderr, "triptych-engine: {}\n", error.what());
    }
    return 1;
}
