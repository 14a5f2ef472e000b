#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace triptych {

/// Texts to vectors, by whatever means: a sentence encoder of this machine, or a server.
class Embedder {
public:
    virtual ~Embedder() = default;
    virtual int dimension() const = 0;
    /// Row-major (texts, dimension), in the order of the texts. Throws Error{Cancelled}, and what the means may throw.
    virtual std::vector<float> embed(std::span<const std::string> texts, const std::stop_token& stop = {}) = 0;
};

} // namespace triptych
