#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "jobs/endpoint.h"
#include "knowledge/embedder.h"
#include "text/chat_template.h"

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace triptych {

/// A piece of an answer, empty where a token has made no text certain; false ends it.
using PieceSink = std::function<bool(std::string_view text)>;

struct EndpointAnswer {
    std::string text;
    std::string finish_reason;     ///< as the server says: "stop", "length", ...; "sink" if the sink ended it
    std::int64_t promptTokens = 0; ///< as the server counts; 0 if it does not say
    std::int64_t newTokens = 0;    ///< likewise; if it does not say, the pieces, which most servers send one a token
    double timeToFirstTokenS = 0;  ///< from the request that was answered
    double seconds = 0;            ///< of that request
};

/// Asks a server over HTTP. What may pass (no connection, a broken line, 408, 429, 5xx) is tried again after the time that
/// Retry-After names, else after 1, 2, 4 s and so on, as long as nothing of the answer has come; the progress sink logs it.
/// What fails throws Error{Io}, its message with the address and never with the key, whatever the server says; {Cancelled}
/// within moments of a stop. Redirects are not followed: the key would go with them.
class EndpointClient {
public:
    EndpointClient(Endpoint endpoint, EndpointKey key);
    /// With the key that endpointKey() finds.
    static EndpointClient open(const Endpoint& endpoint, const std::stop_token& stop = {}) { return {endpoint, endpointKey(endpoint, stop)}; }
    const Endpoint& endpoint() const { return m_endpoint; }
    /// What a server has said, to be shown: one line without the key or parts of it, at most 300 bytes.
    std::string safely(std::string_view text) const;

    /// `/chat/completions`. `messages`: array of {"role", "content"}; `settings`: further keys of the request ("max_tokens",
    /// "temperature", ...). Streams; a server that answers in one piece is understood too. What has come before an error
    /// has been given to the sink.
    EndpointAnswer chat(const OrderedJson& messages, const Json& settings, const PieceSink& sink, ProgressSink& progress, const std::stop_token& stop) const;
    /// `/embeddings`: row-major (texts, D), D as the server has it.
    std::vector<float> embed(std::span<const std::string> texts, ProgressSink& progress, const std::stop_token& stop) const;

private:
    Endpoint m_endpoint;
    EndpointKey m_key;
};

/// An endpoint as an embedder. Not normalised: vectors are as the server gives them.
class EndpointEmbedder final : public Embedder {
public:
    /// Asks the server for one vector where the endpoint does not know the dimension. Throws Error{InvalidArgument} if the
    /// endpoint is no embedder, and as EndpointClient.
    explicit EndpointEmbedder(EndpointClient client, ProgressSink& progress = nullProgress(), const std::stop_token& stop = {});
    int dimension() const override { return m_dimension; }
    /// Throws Error{Io} too if the server has another dimension by now.
    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token& stop = {}) override;

private:
    EndpointClient m_client;
    ProgressSink& m_progress;
    int m_dimension;
};

} // namespace triptych
