#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace triptych {

struct Endpoint;

// The desktop's keychain (Secret Service) by way of the program secret-tool of libsecret; keys go through its pipes, never into
// its arguments. An entry belongs to name and server: the same name with another address, as in a workspace that came
// from elsewhere, does not get it. Each throws Error{Unsupported} saying why if there is no keychain, {Io} if it takes too
// long, {Cancelled}; it may ask the user to unlock it, so call them off the window's thread.

/// None if there is no key of this endpoint.
std::optional<std::string> lookUpKey(const Endpoint& endpoint, const std::stop_token& stop = {});
/// Replaces the one there is. Throws Error{InvalidArgument} as checkKey() and requireSafeWay() do.
void storeKey(const Endpoint& endpoint, const std::string& key, const std::stop_token& stop = {});
/// No error if there is none.
void clearKey(const Endpoint& endpoint, const std::stop_token& stop = {});

} // namespace triptych
