#include "models/kernels.h"

#include "base/random.h"
#include "models/products.h"

#include <algorithm>
#include <cmath>

namespace triptych::kernels {

namespace {

std::uint64_t mixed(std::uint64_t value) { return Random(value).next(); }

/// (rows, columns) with row stride ld -> (columns, padded(rows)), the padding zero.
void transposePadded(const float* from, std::int64_t rows, std::int64_t columns, std::int64_t ld, float* to) {
    const std::int64_t wide = padded(rows);
    products().transpose(rows, columns, from, ld, to, wide);
    for (std::int64_t j = 0; j < columns; ++j)
        std::fill(to + j * wide + rows, to + (j + 1) * wide, 0.0f);
}

} // namespace

DropoutMask DropoutMask::at(std::uint64_t site, double siteRate) const {
    if (rate <= 0 || siteRate <= 0)
        return {};
    return {mixed(key ^ mixed(site + 1)), siteRate};
}

void DropoutMask::fill(std::uint64_t row, std::int64_t count, float* factors) const {
    const auto threshold = static_cast<std::uint32_t>(std::lround(rate * 65536.0));
    const auto keep = static_cast<float>(65536.0 / (65536.0 - threshold));
    Random random(mixed(key + row * 0x9e3779b97f4a7c15u));
    std::int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        const std::uint64_t bits = random.next();
        for (int j = 0; j < 4; ++j)
            factors[i + j] = ((bits >> (16 * j)) & 0xffffu) < threshold ? 0.0f : keep;
    }
    if (i < count) {
        const std::uint64_t bits = random.next();
        for (int j = 0; i < count; ++i, ++j)
            factors[i] = ((bits >> (16 * j)) & 0xffffu) < threshold ? 0.0f : keep;
    }
}

void normForward(const NormForward& args, std::int64_t begin, std::int64_t end) {
    const std::int64_t width = args.width;
    for (std::int64_t row = begin; row < end; ++row) {
        const float* x = args.x + row * width;
        float* out = args.out + row * width;
        if (args.dropout.rate > 0) {
            args.dropout.fill(static_cast<std::uint64_t>(row), width, out);
            for (std::int64_t i = 0; i < width; ++i)
                out[i] *= x[i];
        } else {
            std::copy(x, x + width, out);
        }
        if (args.residual) {
            const float* residual = args.residual + row * width;
            for (std::int64_t i = 0; i < width; ++i)
                out[i] += residual[i];
        }
        float sum = 0;
        for (std::int64_t i = 0; i < width; ++i)
            sum += out[i];
        const float mean = sum / static_cast<float>(width);
        float squares = 0;
        for (std::int64_t i = 0; i < width; ++i)
            squares += (out[i] - mean) * (out[i] - mean);
        const auto inverse = static_cast<float>(
            1.0 / std::sqrt(static_cast<double>(squares) / static_cast<double>(width) + args.epsilon));
        if (args.normalised) {
            float* normalised = args.normalised + row * width;
            for (std::int64_t i = 0; i < width; ++i)
                normalised[i] = (out[i] - mean) * inverse;
            args.inverse[row] = inverse;
        }
        for (std::int64_t i = 0; i < width; ++i)
            out[i] = (out[i] - mean) * inverse * args.gain[i] + args.bias[i];
    }
}

void normBackward(const NormBackward& args, std::int64_t begin, std::int64_t end) {
    const std::int64_t width = args.width;
    const auto count = static_cast<float>(width);
    for (std::int64_t row = begin; row < end; ++row) {
        const float* dOut = args.dOut + row * width;
        const float* normalised = args.normalised + row * width;
        float* dSum = args.dSum + row * width;
        float sum = 0;
        float product = 0;
        for (std::int64_t i = 0; i < width; ++i) {
            const float d = dOut[i] * args.gain[i];
            sum += d;
            product += d * normalised[i];
        }
        const float mean = sum / count;
        const float meanProduct = product / count;
        const float inverse = args.inverse[row];
        for (std::int64_t i = 0; i < width; ++i)
            dSum[i] = inverse * (dOut[i] * args.gain[i] - mean - normalised[i] * meanProduct);
        if (args.dx) {
            float* dx = args.dx + row * width;
            args.dropout.fill(static_cast<std::uint64_t>(row), width, dx);
            for (std::int64_t i = 0; i < width; ++i)
                dx[i] *= dSum[i];
        }
    }
}

void normBackwardGain(const float* dOut, const float* normalised, std::int64_t rows, std::int64_t width, float* dGain,
                      float* dBias, std::int64_t begin, std::int64_t end) {
    std::fill(dGain + begin, dGain + end, 0.0f);
    std::fill(dBias + begin, dBias + end, 0.0f);
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t i = begin; i < end; ++i) {
            dBias[i] += dOut[row * width + i];
            dGain[i] += dOut[row * width + i] * normalised[row * width + i];
        }
    }
}

std::int64_t attentionScratch(std::int64_t length, std::int64_t headSize) {
    return padded(length) * (2 * length + headSize) + length + kWidth;
}

void attentionForward(const AttentionHead& head, const float* q, const float* k, const float* v, float* out,
                      float* probabilities, float* scratch) {
    const std::int64_t length = head.length;
    const std::int64_t wide = padded(length);
    float* turned = scratch;                         // (headSize, wide)
    float* scores = turned + head.headSize * wide;   // (queries, wide)
    float* factors = scores + head.queries * wide;   // (length)
    const float scale = 1.0f / std::sqrt(static_cast<float>(head.headSize));

    transposePadded(k, length, head.headSize, head.stride, turned);
    products().multiply(head.queries, wide, head.headSize, q, head.stride, 1, turned, wide, scores, wide);
    for (std::int64_t i = 0; i < head.queries; ++i) {
        float* row = scores + i * wide;
        products().softmax(row, length, scale);
        if (probabilities)
            std::copy(row, row + length, probabilities + i * length);
        if (head.dropout.rate > 0) {
            head.dropout.fill(head.row + static_cast<std::uint64_t>(i * length), length, factors);
            for (std::int64_t j = 0; j < length; ++j)
                row[j] *= factors[j];
        }
    }
    products().multiply(head.queries, head.headSize, length, scores, wide, 1, v, head.stride, out, head.stride);
}

void attentionBackward(const AttentionHead& head, const float* q, const float* k, const float* v, const float* dOut,
                       const float* probabilities, float* dq, float* dk, float* dv, float* scratch) {
    const std::int64_t length = head.length;
    const std::int64_t wide = padded(length);
    float* turned = scratch;                            // (headSize, wide)
    float* dScores = turned + head.headSize * wide;     // (queries, wide)
    float* dropped = dScores + head.queries * wide;     // (queries, wide): probabilities after dropout
    float* factors = dropped + head.queries * wide;     // (length)
    const float scale = 1.0f / std::sqrt(static_cast<float>(head.headSize));

    transposePadded(v, length, head.headSize, head.stride, turned);
    products().multiply(head.queries, wide, head.headSize, dOut, head.stride, 1, turned, wide, dScores, wide);
    for (std::int64_t i = 0; i < head.queries; ++i) {
        const float* p = probabilities + i * length;
        float* d = dScores + i * wide;
        float* kept = dropped + i * wide;
        if (head.dropout.rate > 0) {
            head.dropout.fill(head.row + static_cast<std::uint64_t>(i * length), length, factors);
            for (std::int64_t j = 0; j < length; ++j) {
                d[j] *= factors[j];
                kept[j] = p[j] * factors[j];
            }
        } else {
            std::copy(p, p + length, kept);
        }
        float product = 0;
        for (std::int64_t j = 0; j < length; ++j)
            product += d[j] * p[j];
        for (std::int64_t j = 0; j < length; ++j)
            d[j] = p[j] * (d[j] - product) * scale;
    }
    products().multiply(length, head.headSize, head.queries, dropped, 1, wide, dOut, head.stride, dv, head.stride);
    products().multiply(head.queries, head.headSize, length, dScores, wide, 1, k, head.stride, dq, head.stride);
    products().multiply(length, head.headSize, head.queries, dScores, 1, wide, q, head.stride, dk, head.stride);
}

void adamw(const AdamStep& step, float* weights, const float* gradient, float* mean, float* square, std::int64_t begin,
           std::int64_t end) {
    // The order of operations is torch's single-tensor one: decay, moments, then weights += -rate/c1 * m / denominator.
    const double correction1 = 1.0 - std::pow(step.beta1, static_cast<double>(step.step));
    const double correction2 = 1.0 - std::pow(step.beta2, static_cast<double>(step.step));
    const auto decay = static_cast<float>(1.0 - step.learningRate * step.weightDecay);
    const auto rate = static_cast<float>(step.learningRate / correction1);
    const auto root = static_cast<float>(1.0 / std::sqrt(correction2));
    const auto epsilon = static_cast<float>(step.epsilon);
    const auto beta2 = static_cast<float>(step.beta2);
    const auto rest1 = static_cast<float>(1.0 - step.beta1);
    const auto rest2 = static_cast<float>(1.0 - step.beta2);
    const auto scale = static_cast<float>(step.gradientScale);
    for (std::int64_t i = begin; i < end; ++i) {
        const float g = gradient[i] * scale;
        const float m = mean[i] + (g - mean[i]) * rest1;
        const float s = square[i] * beta2 + g * g * rest2;
        mean[i] = m;
        square[i] = s;
        weights[i] = weights[i] * decay - rate * (m / (std::sqrt(s) * root + epsilon));
    }
}

double sumOfSquares(const float* values, std::int64_t begin, std::int64_t end) {
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i)
        sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    return sum;
}

} // namespace triptych::kernels
