#pragma once

#include <cstdint>

/// Loops that the compiler vectorises, on plain memory and without LibTorch. Callers split the work
/// over threads by the ranges; no result depends on how they split it.
namespace triptych::kernels {

/// Which values of one tensor are dropped: a pure function of key and position, so that the backward
/// pass makes the same choice again without a stored mask, and a resumed run the same as an unbroken one.
struct DropoutMask {
    std::uint64_t key = 0;
    double rate = 0; ///< in [0, 1), rounded to 1/65536; 0 keeps all

    /// Mask of another tensor of the same pass, with a rate of its own; keeps all if this one does.
    DropoutMask at(std::uint64_t site, double siteRate) const;
    /// Factors for `count` values that begin at position `row`: 0 or 1 / (1 - rate).
    void fill(std::uint64_t row, std::int64_t count, float* factors) const;
};

/// out = LayerNorm(residual + dropout(x)) over rows [begin, end), each of `width` values. `residual` may be
/// null. `normalised` (rows, width) and `inverse` (rows) keep what the backward pass needs; both may be null.
struct NormForward {
    const float* x;
    const float* residual;
    const float* gain;
    const float* bias;
    float* out;
    float* normalised;
    float* inverse;
    std::int64_t width;
    double epsilon;
    DropoutMask dropout;
};
void normForward(const NormForward& args, std::int64_t begin, std::int64_t end);

/// Gradients of normForward: to residual (dSum) and x (dx, may be null if nothing is dropped: then it equals dSum).
struct NormBackward {
    const float* dOut;
    const float* normalised;
    const float* inverse;
    const float* gain;
    float* dSum;
    float* dx;
    std::int64_t width;
    DropoutMask dropout;
};
void normBackward(const NormBackward& args, std::int64_t begin, std::int64_t end);
/// dGain and dBias for columns [begin, end), summed over all rows.
void normBackwardGain(const float* dOut, const float* normalised, std::int64_t rows, std::int64_t width, float* dGain,
                      float* dBias, std::int64_t begin, std::int64_t end);

/// Attention of one head over one sequence of `length` tokens, for its first `queries` tokens alone; all pointers are
/// to its first token and channel, rows `stride` apart. `row`: position of its first probability, for the mask.
struct AttentionHead {
    std::int64_t queries;
    std::int64_t length;
    std::int64_t headSize;
    std::int64_t stride;
    std::uint64_t row;
    DropoutMask dropout;
};
/// Floats of scratch that either pass wants.
std::int64_t attentionScratch(std::int64_t length, std::int64_t headSize);
/// q, out (queries, headSize), k, v (length, headSize); `probabilities` (queries, length), before dropout, may be null.
void attentionForward(const AttentionHead& head, const float* q, const float* k, const float* v, float* out,
                      float* probabilities, float* scratch);
void attentionBackward(const AttentionHead& head, const float* q, const float* k, const float* v, const float* dOut,
                       const float* probabilities, float* dq, float* dk, float* dv, float* scratch);

/// One step of AdamW (Loshchilov, Hutter 2019) as torch.optim.AdamW does it, over [begin, end).
struct AdamStep {
    double learningRate;
    double beta1;
    double beta2;
    double epsilon;
    double weightDecay;
    std::int64_t step;    ///< from 1
    double gradientScale; ///< of clipping
};
void adamw(const AdamStep& step, float* weights, const float* gradient, float* mean, float* square, std::int64_t begin,
           std::int64_t end);

/// Sum of squares, in double.
double sumOfSquares(const float* values, std::int64_t begin, std::int64_t end);

} // namespace triptych::kernels
