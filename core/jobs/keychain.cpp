#include "jobs/keychain.h"

#include "base/error.h"
#include "base/process.h"
#include "jobs/endpoint.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <string_view>
#include <vector>

namespace triptych {

namespace {

constexpr std::chrono::seconds kPatience{120}; // the user may have to type a password
constexpr const char* kWithout = "Put the key into the environment instead, or install libsecret-tools and a keychain.";

/// Runs secret-tool until it ends.
ProcessAnswer runTool(std::vector<std::string> arguments, std::string_view input, const std::stop_token& stop) {
    arguments.insert(arguments.begin(), "secret-tool");
    try {
        return askProcess(arguments, input, kPatience, stop);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::NotFound)
            throw Error(ErrorCode::Unsupported, fmt::format("no keychain: {}", error.message()), kWithout);
        if (error.code() == ErrorCode::Io)
            throw Error(ErrorCode::Io, fmt::format("the keychain does not answer: {}", error.message()), "Unlock it, or put the key into the environment.");
        throw;
    }
}

/// Its own complaint is the reason that there is no keychain.
void requireKeychain(const ProcessAnswer& result) {
    if (result.code == 0 || (result.code == 1 && result.err.empty()))
        return;
    std::string reason = result.err.substr(0, result.err.find('\n')).substr(0, 300);
    if (reason.starts_with("secret-tool: "))
        reason.erase(0, std::strlen("secret-tool: "));
    throw Error(ErrorCode::Unsupported, fmt::format("no keychain: {}", reason.empty() ? "secret-tool failed" : reason), kWithout);
}

std::vector<std::string> withAttributes(std::vector<std::string> words, const Endpoint& endpoint) {
    for (const std::string& word : {std::string("application"), std::string("triptych"), std::string("endpoint"), endpoint.name, std::string("server"), serverOf(endpoint)})
        words.push_back(word);
    return words;
}

} // namespace

std::optional<std::string> lookUpKey(const Endpoint& endpoint, const std::stop_token& stop) {
    const ProcessAnswer result = runTool(withAttributes({"lookup"}, endpoint), {}, stop);
    requireKeychain(result);
    return result.code == 0 && !result.out.empty() ? std::optional(result.out) : std::nullopt;
}

void storeKey(const Endpoint& endpoint, const std::string& key, const std::stop_token& stop) {
    checkKey(key, "the field of the key");
    requireSafeWay(endpoint);
    const ProcessAnswer result = runTool(withAttributes({"store", "--label=Triptych: " + endpoint.name}, endpoint), key, stop);
    requireKeychain(result);
    if (result.code != 0)
        throw Error(ErrorCode::Unsupported, "the keychain does not take the key", kWithout);
}

void clearKey(const Endpoint& endpoint, const std::stop_token& stop) { requireKeychain(runTool(withAttributes({"clear"}, endpoint), {}, stop)); }

} // namespace triptych
