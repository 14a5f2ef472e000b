#include "jobs/endpoint.h"

#include "base/error.h"
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
            url.resize(url.size() - operation.size());
    }
    while (url.size() > scheme && url.back() == '/')
        url.pop_back();
    if (url.size() == scheme)
        refuse("base_url names no server", kForm);
    return url.find('/', scheme) == std::string::npos ? url + "/v1" : url;
}

bool isVariable(const std::string& name) {
    const auto fits = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
    return name.size() <= 200 && std::all_of(name.begin(), name.end(), fits) && (name.empty() || !std::isdigit(static_cast<unsigned char>(name.front())));
}

} // namespace

Json endpointToJson(const Endpoint& endpoint) {
    return {{"name", endpoint.name},
            {"base_url", endpoint.base_url},
            {"model", endpoint.model},
            {"embedder", endpoint.embedder},
            {"dimension", endpoint.dimension},
            {"key_env", endpoint.key_env},
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
    if (!isVariable(endpoint.key_env))
        refuse("key_env is no name of an environment variable", "It names the variable that holds the key; it is not the key itself.");
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

void addEndpoint(const Workspace& workspace, const Endpoint& endpoint) {
    checkModelName(endpoint.name);
    const Endpoint checked = checkedEndpoint(endpoint);
    const std::vector<std::string> names = endpointNames(workspace.folder());
    bool taken = std::find(names.begin(), names.end(), endpoint.name) != names.end();
    try {
        resolveModel(&workspace, endpoint.name);
        taken = true;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::NotFound)
            throw;
        taken = taken || workspace.model(endpoint.name).has_value();
    }
    if (taken)
        throw Error(ErrorCode::AlreadyExists, fmt::format("there is a model or an endpoint '{}' already", endpoint.name), "Choose another name, or remove that one first.");
    saveEndpoint(workspace.folder(), checked);
}

void saveEndpoint(const fs::path& workspace, const Endpoint& endpoint) {
    checkModelName(endpoint.name);
    std::error_code error;
    fs::create_directories(folderOf(workspace), error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot make '{}': {}", folderOf(workspace).string(), error.message()));
    writeJsonFile(fileOf(workspace, endpoint.name), endpointToJson(checkedEndpoint(endpoint)));
}

void removeEndpoint(const fs::path& workspace, const std::string& name) {
    checkModelName(name);
    std::error_code error;
    if (fs::remove(fileOf(workspace, name), error))
        return;
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot remove '{}': {}", fileOf(workspace, name).string(), error.message()));
    throw Error(ErrorCode::NotFound, fmt::format("there is no endpoint '{}' in the workspace", name), "`triptych-cli endpoint list` names them.");
}

std::string keyVariable(const Endpoint& endpoint) {
    if (!endpoint.key_env.empty())
        return endpoint.key_env;
    std::string variable = "TRIPTYCH_KEY_";
    for (const char c : endpoint.name) {
        const auto letter = static_cast<unsigned char>(c);
        variable += letter < 0x80 && std::isalnum(letter) ? static_cast<char>(std::toupper(letter)) : '_';
    }
    return variable;
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
        return {std::string(text), variable};
    }
    try {
        if (const auto stored = lookUpKey(endpoint, stop)) {
            checkKey(*stored, "the keychain");
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
