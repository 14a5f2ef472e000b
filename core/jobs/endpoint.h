#pragma once

#include "base/json.h"

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

class Workspace;

/// An OpenAI-compatible server that stands for a model: `endpoints/<name>.json` in a workspace. Never holds a key.
struct Endpoint {
    std::string name;
    std::string base_url;             ///< "https://host/v1": "/chat/completions" and "/embeddings" come behind it
    std::string model;                ///< as the server calls it
    bool embedder = false;            ///< it gives vectors, not texts
    int dimension = 0;                ///< of its vectors; 0 while nobody has asked
    std::string key_env;              ///< environment variable with the key, "TRIPTYCH_KEY_..."; empty: keyVariable() says
    bool allow_plain_http = false;    ///< its key may go over a network unencrypted
    double connect_timeout_s = 10;
    double first_byte_timeout_s = 120; ///< until the answer begins; what only keeps the line open does not count
    double idle_timeout_s = 60;       ///< between two pieces of it
    int attempts = 4;                 ///< in all, for what may pass
    double retry_pause_s = 1;         ///< before the second, then twice as long each time, unless the server names a time
};

Json endpointToJson(const Endpoint& endpoint);
/// Throws Error{InvalidInput} naming source and key; a key of the server in it is refused.
Endpoint endpointFromJson(const Json& value, const std::string& name, const std::string& source);
/// With base_url in one form: no slash at the end, no operation's path, "/v1" where there is no path.
/// Throws Error{InvalidArgument} naming the field; an address that carries a user or a query is refused, a key may be in it.
Endpoint checkedEndpoint(Endpoint endpoint);

/// Names of a workspace's endpoints, sorted.
std::vector<std::string> endpointNames(const std::filesystem::path& workspace);
/// None if the workspace has none of this name. Throws Error{InvalidInput} naming the file.
std::optional<Endpoint> findEndpoint(const std::filesystem::path& workspace, const std::string& name);
/// Throws Error{NotFound} too.
Endpoint requireEndpoint(const std::filesystem::path& workspace, const std::string& name);
/// Notes in dataFolder() too that the key of keyVariable() may go to this server. Throws Error{AlreadyExists} if an endpoint or
/// a model has the name, {InvalidArgument} as checkedEndpoint() and checkModelName().
void addEndpoint(const Workspace& workspace, const Endpoint& endpoint);
/// For where a model may be meant as well. Throws Error{InvalidArgument} naming both if a model has the endpoint's name.
void requireNoModel(const Workspace& workspace, const Endpoint& endpoint);
/// Replaces what is on file.
void saveEndpoint(const std::filesystem::path& workspace, const Endpoint& endpoint);
/// And its key out of the keychain, first: true if that was done, false without a keychain and where its file cannot be read,
/// so that nobody knows the server. Throws Error{NotFound | Io}, and as clearKey().
bool removeEndpoint(const std::filesystem::path& workspace, const std::string& name, const std::stop_token& stop = {});

/// key_env, else "TRIPTYCH_KEY_" and the name in capitals, digits and underscores.
std::string keyVariable(const Endpoint& endpoint);
/// "https://host:port" of base_url: what a key belongs to.
std::string serverOf(const Endpoint& endpoint);
/// Throws Error{InvalidArgument} naming the server if a key would go to it unencrypted: plain HTTP to another machine, unless
/// allow_plain_http.
void requireSafeWay(const Endpoint& endpoint);

/// The key of a server and where it was found.
struct EndpointKey {
    std::string text;   ///< empty: there is none, which servers on this machine mostly are content with
    std::string source; ///< for messages: a variable's name or "the keychain"; without a key, where it was looked for
};
/// The environment first, then the keychain; that there is no keychain is no error. Throws Error{InvalidArgument} naming the
/// source, never the key, if what is there cannot be a key; naming the server if addEndpoint() has not put it on record here,
/// so that a workspace from elsewhere sends no variable to an address of its own, and as requireSafeWay().
EndpointKey endpointKey(const Endpoint& endpoint, const std::stop_token& stop = {});
/// Throws Error{InvalidArgument} naming `source` unless the text is 1 to 4096 printable ASCII characters without blanks.
void checkKey(std::string_view text, std::string_view source);

} // namespace triptych
