#include "jobs/endpoint.h"

#include "base/error.h"
#include "base/files.h"
#include "base/resources.h"
#include "jobs/keychain.h"
#include "jobs/model_lookup.h"
#include "storage/workspace.h"
#include "text/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxKeyBytes = 4096;
constexpr int kMaxDimension = 1 << 20;
constexpr std::string_view kVariablePrefix = "TRIPTYCH_KEY_"; // no other variable can be named by a workspace

fs::path folderOf(const fs::path& workspace) { return workspace / "endpoints"; }
fs::path fileOf(const fs::path& workspace, const std::string& name) { return folderOf(workspace) / (name + ".json"); }

[[noreturn]] void refuse(const std::string& what, const std::string& hint = {}) { throw Error(ErrorCode::InvalidArgument, what, hint); }

std::string plainAddress(const std::string& given) {
    constexpr const char* kForm = "Give it as https://host/v1 or http://127.0.0.1:8000/v1.";
    std::string url = given;
    const auto odd = [](unsigned char c) { return c <= 0x20 || c >= 0x7f; };
    const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
    // Not repeated in the message: whoever mixes the fields up has typed the key here.
    if (scheme == 0 || url.size() > 2000 || std::any_of(url.begin(), url.end(), odd))
        refuse("base_url is no address of http or https", kForm);
    if (url.find('@') != std::string::npos || url.find_first_of("?#") != std::string::npos)
        refuse("base_url carries a user, a query or a fragment, and these may hold a key", "Keys belong into the environment or the keychain.");
    for (const std::string_view operation : {"/chat/completions", "/completions", "/embeddings"}) {
        if (url.ends_with(operation))
            url.erase(url.size() - operation.size());
    }
    while (url.size() > scheme && url.back() == '/')
        url.pop_back();
    if (url.size() == scheme)
        refuse("base_url names no server", kForm);
    return url.find('/', scheme) == std::string::npos ? url + "/v1" : url;
}

bool isVariable(const std::string& name) {
    const auto fits = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
    return name.size() <= 200 && name.size() > kVariablePrefix.size() && name.starts_with(kVariablePrefix) && std::all_of(name.begin(), name.end(), fits);
}

/// Outside the workspace, which may come from elsewhere: that the user gives the variable's key to the server.
fs::path recordOf(const Endpoint& endpoint) { return dataFolder() / "endpoint_keys" / (sha256(keyVariable(endpoint) + ' ' + serverOf(endpoint)) + ".json"); }

void makeFolder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot make '{}': {}", folder.string(), error.message()));
}

bool goesInTheOpen(const Endpoint& endpoint) {
    const std::string server = serverOf(endpoint);
    if (!server.starts_with("http://") || endpoint.allow_plain_http)
        return false;
    std::string host = server.substr(7);
    if (host.starts_with('['))
        return host.substr(0, host.find(']') + 1) != "[::1]";
    host.resize(std::min(host.size(), host.find(':')));
    const auto fits = [](unsigned char c) { return std::isdigit(c) || c == '.'; };
    return host != "localhost" && !(host.starts_with("127.") && std::all_of(host.begin(), host.end(), fits)); // not 127.0.0.1.example.org
}

/// Of the model that has a name, whether its folder is there or not.
std::optional<fs::path> modelOfName(const Workspace& workspace, const std::string& name) {
    try {
        return resolveModel(&workspace, name).path;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::NotFound)
            throw;
    }
    const auto record = workspace.model(name);
    return record ? std::optional(workspace.folder() / record->path) : std::nullopt;
}

} // namespace

Json endpointToJson(const Endpoint& endpoint) {
    return {{"name", endpoint.name},
            {"base_url", endpoint.base_url},
            {"model", endpoint.model},
            {"embedder", endpoint.embedder},
            {"dimension", endpoint.dimension},
            {"key_env", endpoint.key_env},
            {"allow_plain_http", endpoint.allow_plain_http},
            {"connect_timeout_s", endpoint.connect_timeout_s},
            {"first_byte_timeout_s", endpoint.first_byte_timeout_s},
            {"idle_timeout_s", endpoint.idle_timeout_s},
            {"attempts", endpoint.attempts},
            {"retry_pause_s", endpoint.retry_pause_s}};
}

Endpoint endpointFromJson(const Json& value, const std::string& name, const std::string& source) {
    const JsonFields fields(value, source);
    const Json known = endpointToJson({});
    for (const auto& [key, unused] : value.items()) {
        if (!known.contains(key))
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}' has '{}', which no endpoint has", source, key), "A key of the server belongs into the environment or the keychain, never into the workspace.");
    }
    Endpoint endpoint;
    endpoint.name = name;
    endpoint.base_url = fields.string("base_url");
    endpoint.model = fields.string("model");
    endpoint.embedder = fields.boolean("embedder", false);
    endpoint.dimension = static_cast<int>(fields.integer("dimension", 0, kMaxDimension, 0));
    endpoint.key_env = fields.string("key_env", "");
    endpoint.allow_plain_http = fields.boolean("allow_plain_http", false);
    endpoint.connect_timeout_s = fields.number("connect_timeout_s", endpoint.connect_timeout_s);
    endpoint.first_byte_timeout_s = fields.number("first_byte_timeout_s", endpoint.first_byte_timeout_s);
    endpoint.idle_timeout_s = fields.number("idle_timeout_s", endpoint.idle_timeout_s);
    endpoint.attempts = static_cast<int>(fields.integer("attempts", 1, 100, endpoint.attempts));
    endpoint.retry_pause_s = fields.number("retry_pause_s", endpoint.retry_pause_s);
    try {
        return checkedEndpoint(std::move(endpoint));
    } catch (const Error& error) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}': {}", source, error.message()), error.hint());
    }
}

Endpoint checkedEndpoint(Endpoint endpoint) {
    endpoint.base_url = plainAddress(endpoint.base_url);
    const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (endpoint.model.empty() || endpoint.model.size() > 500 || std::any_of(endpoint.model.begin(), endpoint.model.end(), control))
        refuse("model is empty, too long or holds control characters", "Give the model's name as the server calls it.");
    if (!endpoint.key_env.empty() && !isVariable(endpoint.key_env))
        refuse(fmt::format("key_env is no environment variable {}...", kVariablePrefix), "It names the variable that holds the key; it is not the key itself.");
    for (const auto& [name, seconds] : {std::pair("connect_timeout_s", endpoint.connect_timeout_s), std::pair("first_byte_timeout_s", endpoint.first_byte_timeout_s),
                                        std::pair("idle_timeout_s", endpoint.idle_timeout_s), std::pair("retry_pause_s", endpoint.retry_pause_s)}) {
        if (!(seconds > 0 && seconds <= 86400))
            refuse(fmt::format("{} is {}; it must be above 0 and at most a day", name, seconds));
    }
    if (endpoint.attempts < 1 || endpoint.attempts > 100)
        refuse(fmt::format("attempts is {}; it must be from 1 to 100", endpoint.attempts));
    if (endpoint.dimension < 0 || endpoint.dimension > kMaxDimension)
        refuse(fmt::format("dimension is {}; it must be from 0 to {}", endpoint.dimension, kMaxDimension));
    return endpoint;
}

std::vector<std::string> endpointNames(const fs::path& workspace) {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folderOf(workspace), none)) {
        std::error_code error;
        if (entry.path().extension() == ".json" && entry.is_regular_file(error) && !entry.path().filename().string().starts_with("."))
            names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<Endpoint> findEndpoint(const fs::path& workspace, const std::string& name) {
    const std::vector<std::string> names = endpointNames(workspace); // a name from outside never makes a path
    if (std::find(names.begin(), names.end(), name) == names.end())
        return std::nullopt;
    const fs::path file = fileOf(workspace, name);
    return endpointFromJson(readJsonFile(file, 1u << 20), name, file.string());
}

Endpoint requireEndpoint(const fs::path& workspace, const std::string& name) {
    if (auto endpoint = findEndpoint(workspace, name))
        return *endpoint;
    throw Error(ErrorCode::NotFound, fmt::format("there is no endpoint '{}' in the workspace", name), "`triptych-cli endpoint list` names them.");
}

void addEndpoint(const Workspace& workspace, const Endpoint& endpoint) {
    checkModelName(endpoint.name);
    const Endpoint checked = checkedEndpoint(endpoint);
    const std::vector<std::string> names = endpointNames(workspace.folder());
    if (std::find(names.begin(), names.end(), endpoint.name) != names.end() || modelOfName(workspace, endpoint.name))
        throw Error(ErrorCode::AlreadyExists, fmt::format("there is a model or an endpoint '{}' already", endpoint.name), "Choose another name, or remove that one first.");
    if (!goesInTheOpen(checked)) {
        const fs::path record = recordOf(checked);
        makeFolder(record.parent_path());
        writeJsonFile(record, {{"variable", keyVariable(checked)}, {"server", serverOf(checked)}});
    }
    saveEndpoint(workspace.folder(), checked);
}

void requireNoModel(const Workspace& workspace, const Endpoint& endpoint) {
    if (const auto model = modelOfName(workspace, endpoint.name)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is both the endpoint at '{}' and the model '{}'", endpoint.name, endpoint.base_url, model->string()),
                    "Give the model by its path, or remove the endpoint and add it under another name.");
    }
}

void saveEndpoint(const fs::path& workspace, const Endpoint& endpoint) {
    checkModelName(endpoint.name);
    makeFolder(folderOf(workspace));
    writeJsonFile(fileOf(workspace, endpoint.name), endpointToJson(checkedEndpoint(endpoint)));
}

bool removeEndpoint(const fs::path& workspace, const std::string& name, const std::stop_token& stop) {
    const std::vector<std::string> names = endpointNames(workspace); // a name from outside never makes a path
    if (std::find(names.begin(), names.end(), name) == names.end())
        throw Error(ErrorCode::NotFound, fmt::format("there is no endpoint '{}' in the workspace", name), "`triptych-cli endpoint list` names them.");
    bool cleared = false;
    try {
        if (const auto endpoint = findEndpoint(workspace, name)) {
            clearKey(*endpoint, stop);
            cleared = true;
        }
    } catch (const Error& problem) {
        if (problem.code() != ErrorCode::Unsupported && problem.code() != ErrorCode::InvalidInput)
            throw;
    }
    std::error_code error;
    fs::remove(fileOf(workspace, name), error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot remove '{}': {}", fileOf(workspace, name).string(), error.message()));
    return cleared;
}

std::string keyVariable(const Endpoint& endpoint) {
    if (!endpoint.key_env.empty())
        return endpoint.key_env;
    std::string variable(kVariablePrefix);
    for (const char c : endpoint.name) {
        const auto letter = static_cast<unsigned char>(c);
        variable += letter < 0x80 && std::isalnum(letter) ? static_cast<char>(std::toupper(letter)) : '_';
    }
    return variable;
}

std::string serverOf(const Endpoint& endpoint) { return endpoint.base_url.substr(0, endpoint.base_url.find('/', endpoint.base_url.find("//") + 2)); }

void requireSafeWay(const Endpoint& endpoint) {
    if (goesInTheOpen(endpoint)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the key of '{}' would go to '{}' unencrypted", endpoint.name, serverOf(endpoint)),
                    "Use an address of https. Where everyone on the way may read the key, `triptych-cli endpoint add` takes --allow-plain-http.");
    }
}

void checkKey(std::string_view text, std::string_view source) {
    const auto odd = [](unsigned char c) { return c <= 0x20 || c >= 0x7f; };
    if (text.empty() || text.size() > kMaxKeyBytes || std::any_of(text.begin(), text.end(), odd)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("what is in {} cannot be a key", source),
                    fmt::format("A key has 1 to {} printable ASCII characters and no blanks.", kMaxKeyBytes));
    }
}

EndpointKey endpointKey(const Endpoint& endpoint, const std::stop_token& stop) {
    const std::string variable = keyVariable(endpoint);
    if (const char* value = std::getenv(variable.c_str()); value && *value) {
        std::string_view text = value;
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) // as `$(cat file)` may leave them
            text.remove_suffix(1);
        checkKey(text, variable);
        requireSafeWay(endpoint);
        std::error_code none;
        if (!fs::exists(recordOf(endpoint), none)) {
            throw Error(ErrorCode::InvalidArgument, fmt::format("the endpoint '{}' was not added on this machine, so '{}' does not get the key in {}", endpoint.name, serverOf(endpoint), variable),
                        "If the server is yours to trust, remove the endpoint and add it again.");
        }
        return {std::string(text), variable};
    }
    try {
        if (const auto stored = lookUpKey(endpoint, stop)) {
            checkKey(*stored, "the keychain");
            requireSafeWay(endpoint);
            return {*stored, "the keychain"};
        }
        return {{}, fmt::format("in {} and in the keychain", variable)};
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Unsupported)
            throw;
        return {{}, fmt::format("in {} ({})", variable, error.message())};
    }
}

} // namespace triptych
