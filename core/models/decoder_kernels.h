#pragma once

#include <cstdint>

/// Loops of decoders that the compiler vectorises, on plain memory and without LibTorch, for passes that nobody
/// differentiates. Callers split the work by the ranges; no result depends on how.
namespace triptych::kernels {

/// out = x / sqrt(mean of squares + epsilon) * (gain + offset) over rows [begin, end), each of `width` values. x may be out.
struct RmsNormForward {
    const float* x;
    const float* gain;
    float* out;
    std::int64_t width;
    double epsilon;
    float offset;
};
void rmsNormForward(const RmsNormForward& args, std::int64_t begin, std::int64_t end);

/// Turns the pairs (i, i + headSize / 2) of every head in place. Rows [begin, end) of x (rows, heads, headSize);
/// cosines, sines (rows, headSize / 2).
struct Rotation {
    float* x;
    const float* cosines;
    const float* sines;
    std::int64_t heads;
    std::int64_t headSize;
};
void rotate(const Rotation& args, std::int64_t begin, std::int64_t end);

/// Causal attention of some query rows over the keys and values of one head of one sequence.
struct CausalHead {
    std::int64_t rows;      ///< queries
    std::int64_t rowStride; ///< floats between them, in q as in out
    std::int64_t position;  ///< of the first query; query i sees the keys up to its own position
    bool samePosition;      ///< all at that one position (query heads that share a key head), else one after another
    std::int64_t window;    ///< keys that a query sees at most, its own included
    std::int64_t headSize;
    std::int64_t keyStride; ///< floats between keys, and between values
    float scale;
};
/// Floats of scratch for sequences of up to `length` keys.
std::int64_t causalScratch(std::int64_t length, std::int64_t headSize);
/// q, out (rows, headSize); k, v (position of the last query + 1, headSize).
void causalAttention(const CausalHead& head, const float* q, const float* k, const float* v, float* out, float* scratch);

} // namespace triptych::kernels
