#include "models/decoder_kernels.h"

#include "models/products.h"

#include <algorithm>
#include <cmath>

namespace triptych::kernels {

namespace {

/// Queries whose scores are kept at once. The keys that a block need not see grow with it, the work a key loses with it.
constexpr std::int64_t kBlock = 32;
/// Below so many queries turning the keys round costs more than it gains.
constexpr std::int64_t kFewRows = 8;

float dot(const float* a, const float* b, std::int64_t count) {
    float sum = 0;
    for (std::int64_t i = 0; i < count; ++i)
        sum += a[i] * b[i];
    return sum;
}

/// Scores of a row become probabilities over keys [from, to), and zero elsewhere in [0, count).
void softmax(float* row, std::int64_t from, std::int64_t to, std::int64_t count, float scale) {
    products().softmax(row + from, to - from, scale);
    std::fill(row, row + from, 0.0f);
    std::fill(row + to, row + count, 0.0f);
}

} // namespace

void rmsNormForward(const RmsNormForward& args, std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
        const float* x = args.x + row * args.width;
        float* out = args.out + row * args.width;
        float squares = 0;
        for (std::int64_t i = 0; i < args.width; ++i)
            squares += x[i] * x[i];
        const auto inverse = static_cast<float>(1.0 / std::sqrt(static_cast<double>(squares) / static_cast<double>(args.width) + args.epsilon));
        for (std::int64_t i = 0; i < args.width; ++i)
            out[i] = x[i] * inverse * (args.gain[i] + args.offset);
    }
}

void rotate(const Rotation& args, std::int64_t begin, std::int64_t end) {
    const std::int64_t half = args.headSize / 2;
    for (std::int64_t row = begin; row < end; ++row) {
        const float* cosines = args.cosines + row * half;
        const float* sines = args.sines + row * half;
        for (std::int64_t head = 0; head < args.heads; ++head) {
            float* first = args.x + (row * args.heads + head) * args.headSize;
            float* second = first + half;
            for (std::int64_t i = 0; i < half; ++i) {
                const float a = first[i];
                const float b = second[i];
                first[i] = a * cosines[i] - b * sines[i];
                second[i] = b * cosines[i] + a * sines[i];
            }
        }
    }
}

std::int64_t causalScratch(std::int64_t length, std::int64_t headSize) {
    return (padded(length) + kWidth) * headSize + kBlock * padded(length);
}

void causalAttention(const CausalHead& head, const float* q, const float* k, const float* v, float* out, float* scratch) {
    const std::int64_t step = head.samePosition ? 0 : 1;
    const std::int64_t length = head.position + step * (head.rows - 1) + 1;
    const auto firstKey = [&](std::int64_t position) { return std::max<std::int64_t>(0, position - head.window + 1); };
    const std::int64_t lowest = firstKey(head.position);
    const std::int64_t wide = padded(length) + kWidth; // so that whole vectors may be read from any key on
    float* turned = scratch;                           // (headSize, wide): key j of the sequence in column j - lowest
    float* scores = scratch + wide * head.headSize;    // (kBlock, padded(length))
    const bool few = head.rows < kFewRows;
    if (!few) {
        products().transpose(length - lowest, head.headSize, k + lowest * head.keyStride, head.keyStride, turned, wide);
        for (std::int64_t i = 0; i < head.headSize; ++i)
            std::fill(turned + i * wide + (length - lowest), turned + (i + 1) * wide, 0.0f);
    }
    for (std::int64_t row = 0; row < head.rows; row += kBlock) {
        const std::int64_t rows = std::min(kBlock, head.rows - row);
        const std::int64_t position = head.position + step * row;
        const std::int64_t low = firstKey(position);
        const std::int64_t count = position + step * (rows - 1) + 1 - low;
        const std::int64_t stride = padded(count);
        const float* queries = q + row * head.rowStride;
        if (few) {
            for (std::int64_t j = 0; j < count; ++j) {
                for (std::int64_t r = 0; r < rows; ++r)
                    scores[r * stride + j] = dot(queries + r * head.rowStride, k + (low + j) * head.keyStride, head.headSize);
            }
        } else {
            products().multiply(rows, stride, head.headSize, queries, head.rowStride, 1, turned + (low - lowest), wide, scores, stride);
        }
        for (std::int64_t r = 0; r < rows; ++r) {
            const std::int64_t own = position + step * r;
            softmax(scores + r * stride, firstKey(own) - low, own + 1 - low, count, head.scale);
        }
        products().multiply(rows, head.headSize, count, scores, stride, 1, v + low * head.keyStride, head.keyStride,
                     out + row * head.rowStride, head.rowStride);
    }
}

} // namespace triptych::kernels
