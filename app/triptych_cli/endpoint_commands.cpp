#include "endpoint_commands.h"

#include "cli_context.h"
#include "commands.h"
#include "interrupts.h"
#include "supervise.h"
#include "table.h"

#include "base/error.h"
#include "base/progress.h"
#include "generation/endpoint_check.h"
#include "jobs/keychain.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostKeyInput = 1u << 16;

/// While it lives, a terminal at standard input asks for the key and does not show it.
class HiddenInput {
public:
    HiddenInput() : m_terminal(::isatty(STDIN_FILENO) != 0) {
        if (!m_terminal)
            return;
        std::fputs("key: ", stderr);
        ::tcgetattr(STDIN_FILENO, &m_shown);
        Interrupts::restoreAtEnd(&m_shown);
        termios hidden = m_shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    ~HiddenInput() {
        if (!m_terminal)
            return;
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_shown);
        Interrupts::restoreAtEnd(nullptr);
        std::fputs("\n", stderr);
    }
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

private:
    bool m_terminal;
    termios m_shown{};
};

/// A line of standard input; a stop ends the wait for it.
std::string readKey(const std::stop_token& stop) {
    constexpr int kLookIntervalMs = 50;
    const HiddenInput hidden;
    std::string key;
    while (key.size() < kMostKeyInput) {
        throwIfStopped(stop);
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (::poll(&input, 1, kLookIntervalMs) <= 0)
            continue;
        char c = 0;
        const ssize_t n = ::read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || c == '\n')
            break;
        key += c;
    }
    if (key.ends_with('\r'))
        key.pop_back();
    return key;
}

bool isSet(const std::string& variable) {
    const char* const value = std::getenv(variable.c_str());
    return value && *value;
}

void addAdd(CLI::App& group, CliContext& context) {
    CLI::App* add = group.add_subcommand("add", "Put a server on record under a name that stands for a model; its key is given by `endpoint key` or the environment");
    auto endpoint = std::make_shared<Endpoint>();
    const CLI::Range seconds(0.001, 86400.0); // said here, an error names the option and not the key of the file
    add->add_option("NAME", endpoint->name, "Name that `model generate` and `model embed` take")->required();
    add->add_option("--url", endpoint->base_url, "Where its interface begins, as https://host/v1")->required()->type_name("U");
    add->add_option("--model", endpoint->model, "The model's name as the server calls it")->required()->type_name("M");
    add->add_flag("--embedder", endpoint->embedder, "It gives vectors, not texts");
    add->add_option("--dimension", endpoint->dimension, "Of its vectors (default: the server is asked at the first test)")->type_name("D")->check(CLI::Range(1, 1 << 20));
    add->add_option("--key-env", endpoint->key_env, "Environment variable TRIPTYCH_KEY_... that holds the key (default: TRIPTYCH_KEY_<NAME>)")->type_name("VAR");
    add->add_flag("--allow-plain-http", endpoint->allow_plain_http, "Send the key over a network without encryption too, where the address is http");
    add->add_option("--connect-timeout", endpoint->connect_timeout_s, "Seconds until there is a connection (default: 10)")->type_name("S")->check(seconds);
    add->add_option("--first-byte-timeout", endpoint->first_byte_timeout_s, "Seconds until the answer begins (default: 120)")->type_name("S")->check(seconds);
    add->add_option("--idle-timeout", endpoint->idle_timeout_s, "Seconds between two pieces of it (default: 60)")->type_name("S")->check(seconds);
    add->add_option("--attempts", endpoint->attempts, "Attempts in all while the server is busy or away (default: 4)")->type_name("N")->check(CLI::Range(1, 100));
    context.onRun(*add, [&context, endpoint] {
        Workspace workspace = openIndexed(context);
        addEndpoint(workspace, *endpoint);
        const Endpoint made = *findEndpoint(workspace.folder(), endpoint->name);
        Json document = endpointToJson(made);
        document["key_variable"] = keyVariable(made);
        context.print(document, fmt::format("'{}' stands for '{}' at {}. Its key: `triptych-cli endpoint key {}`, or {} in the environment.", made.name, made.model,
                                            made.base_url, made.name, keyVariable(made)));
        return kExitDone;
    });
}

int listAll(const CliContext& context) {
    const fs::path workspace = context.openWorkspace().folder();
    Table table("lllll", {"name", "gives", "model", "address", "key"});
    Json endpoints = Json::array();
    for (const std::string& name : endpointNames(workspace)) {
        try {
            const Endpoint endpoint = *findEndpoint(workspace, name);
            const std::string variable = keyVariable(endpoint);
            Json entry = endpointToJson(endpoint);
            entry["key_variable"] = variable;
            entry["key_in_environment"] = isSet(variable);
            endpoints.push_back(entry);
            table.add({name, !endpoint.embedder ? "texts" : endpoint.dimension == 0 ? "vectors" : fmt::format("vectors of {}", endpoint.dimension), endpoint.model, endpoint.base_url,
                       isSet(variable) ? variable : "keychain, if there"});
        } catch (const Error& error) {
            endpoints.push_back({{"name", name}, {"error", errorToJson(error)}});
            table.add({name, "unreadable", "", "", error.message()});
        }
    }
    context.print({{"endpoints", endpoints}}, endpoints.empty() ? "There are no endpoints yet; `triptych-cli endpoint add` makes one." : table.text());
    return kExitDone;
}

int testOne(const CliContext& context, const std::string& name) {
    const Json result = checkEndpoint(context.openWorkspace().folder(), name, *context.progress, context.stop);
    context.print(result, result.contains("dimension")
                              ? fmt::format("'{}' gives vectors of {} numbers; {:.2f} s", name, result.at("dimension").get<int>(), result.at("seconds").get<double>())
                              : fmt::format("'{}' answers: {}\nfirst word after {:.2f} s, all after {:.2f} s", name, result.at("answer").get<std::string>(),
                                            result.at("time_to_first_token_s").get<double>(), result.at("seconds").get<double>()));
    return kExitDone;
}

int removeOne(const CliContext& context, const std::string& name) {
    const bool cleared = removeEndpoint(context.openWorkspace().folder(), name, context.stop);
    context.print({{"name", name}, {"key_cleared", cleared}}, fmt::format("Removed the endpoint '{}'{}", name, cleared ? " and its key in the keychain, if there was one" : ""));
    return kExitDone;
}

int changeKey(const CliContext& context, const std::string& name, bool clear) {
    const Endpoint endpoint = requireEndpoint(context.openWorkspace().folder(), name);
    if (clear)
        clearKey(endpoint, context.stop);
    else
        storeKey(endpoint, readKey(context.stop), context.stop);
    std::string text = clear ? fmt::format("The keychain has no key for '{}' any more", name) : fmt::format("The keychain has the key for '{}'", name);
    if (isSet(keyVariable(endpoint)))
        text += fmt::format("; {} in the environment goes before it", keyVariable(endpoint));
    context.print({{"name", name}, {"stored", !clear}, {"key_in_environment", isSet(keyVariable(endpoint))}}, text);
    return kExitDone;
}

} // namespace

std::optional<Endpoint> namedEndpoint(const CliContext& context, const std::string& name) {
    std::optional<Endpoint> endpoint = Workspace::exists(context.workspace_folder) ? findEndpoint(context.workspace_folder, name) : std::nullopt;
    if (endpoint)
        requireNoModel(openIndexed(context), *endpoint);
    return endpoint;
}

void refuseOptions(const CLI::App& command, const Endpoint& endpoint, std::initializer_list<const char*> options) {
    for (const char* option : options) {
        if (command.count(option) > 0)
            throw Error(ErrorCode::InvalidArgument, fmt::format("{} is of no use with the endpoint '{}': its server decides that", option, endpoint.name), fmt::format("Leave {} out.", option));
    }
}

void addEndpointCommands(CLI::App& app, CliContext& context) {
    CLI::App* group = app.add_subcommand("endpoint", "OpenAI-compatible servers as generators and embedders; keys are kept in the environment or the keychain");
    group->require_subcommand(1);
    addAdd(*group, context);
    context.onRun(*group->add_subcommand("list", "Endpoints of the workspace"), [&context] { return listAll(context); });

    CLI::App* test = group->add_subcommand("test", "Ask the server for a word, or for one vector");
    auto tested = std::make_shared<std::string>();
    test->add_option("NAME", *tested, "Name of the endpoint")->required();
    context.onRun(*test, [&context, tested] { return testOne(context, *tested); });

    CLI::App* remove = group->add_subcommand("remove", "Take an endpoint off the record, and its key out of the keychain");
    auto removed = std::make_shared<std::string>();
    remove->add_option("NAME", *removed, "Name of the endpoint")->required();
    context.onRun(*remove, [&context, removed] { return removeOne(context, *removed); });

    struct KeyOptions {
        std::string name;
        bool clear = false;
    };
    CLI::App* key = group->add_subcommand("key", "Read the server's key from standard input into the keychain");
    auto options = std::make_shared<KeyOptions>();
    key->add_option("NAME", options->name, "Name of the endpoint")->required();
    key->add_flag("--clear", options->clear, "Take it out of the keychain instead");
    context.onRun(*key, [&context, options] { return changeKey(context, options->name, options->clear); });
}

} // namespace triptych
