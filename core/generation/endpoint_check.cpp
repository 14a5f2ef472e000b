#include "generation/endpoint_check.h"

#include "generation/generator.h"
#include "interop/endpoint_client.h"

#include <chrono>

namespace triptych {

Json checkEndpoint(const std::filesystem::path& workspace, const std::string& name, ProgressSink& progress, const std::stop_token& stop) {
    Endpoint endpoint = requireEndpoint(workspace, name);
    const EndpointKey key = endpointKey(endpoint, stop);
    endpoint.attempts = 1; // who tests wants to know how it is now
    const EndpointClient client(endpoint, key);
    Json result = {{"endpoint", name}, {"url", endpoint.base_url}, {"model", endpoint.model}, {"key", key.text.empty() ? Json() : Json(key.source)}};
    const auto begin = std::chrono::steady_clock::now();
    if (endpoint.embedder) {
        const std::string word = "OK";
        EndpointEmbedder embedder(client, progress, stop);
        embedder.embed({&word, 1}, stop);
        result["dimension"] = embedder.dimension();
        if (endpoint.dimension == 0) {
            Endpoint known = requireEndpoint(workspace, name);
            known.dimension = embedder.dimension();
            saveEndpoint(workspace, known);
        }
    } else {
        GeneratorRequest request;
        request.prompt = "Reply with the word OK.";
        request.settings.max_tokens = 16;
        const GeneratorAnswer answer = openGenerator(client)->answer(request, {}, progress, stop);
        result["answer"] = client.safely(answer.text);
        result["time_to_first_token_s"] = answer.timeToFirstTokenS;
    }
    result["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return result;
}

} // namespace triptych
