#include "models/packed_layers.h"

#include "base/error.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace triptych {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kRowGrain = 16;

std::int64_t stored(std::uint64_t bits) { return static_cast<std::int64_t>(bits); }

void saveMask(AutogradContext* context, const kernels::DropoutMask& mask) {
    context->saved_data["key"] = stored(mask.key);
    context->saved_data["rate"] = mask.rate;
}

kernels::DropoutMask savedMask(AutogradContext* context) {
    return {static_cast<std::uint64_t>(context->saved_data["key"].toInt()), context->saved_data["rate"].toDouble()};
}

at::Tensor normalise(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& gain, const at::Tensor& bias,
                     double epsilon, const kernels::DropoutMask& mask, at::Tensor* normalised, at::Tensor* inverse) {
    const at::Tensor input = x.contiguous();
    const at::Tensor other = residual.defined() ? residual.contiguous() : at::Tensor();
    at::Tensor out = at::empty_like(input);
    if (normalised) {
        *normalised = at::empty_like(input);
        *inverse = at::empty({input.size(0)}, input.options());
    }
    const kernels::NormForward args = {
        input.const_data_ptr<float>(), other.defined() ? other.const_data_ptr<float>() : nullptr,
        gain.const_data_ptr<float>(), bias.const_data_ptr<float>(), out.mutable_data_ptr<float>(),
        normalised ? normalised->mutable_data_ptr<float>() : nullptr,
        inverse ? inverse->mutable_data_ptr<float>() : nullptr, input.size(1), epsilon, mask};
    at::parallel_for(0, input.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end) { kernels::normForward(args, begin, end); });
    return out;
}

struct NormFunction : torch::autograd::Function<NormFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const std::optional<at::Tensor>& residual,
                              const at::Tensor& gain, const at::Tensor& bias, double epsilon, std::int64_t key,
                              double rate) {
        const kernels::DropoutMask mask = {static_cast<std::uint64_t>(key), rate};
        at::Tensor normalised;
        at::Tensor inverse;
        at::Tensor out = normalise(x, residual.value_or(at::Tensor()), gain, bias, epsilon, mask, &normalised, &inverse);
        context->save_for_backward({normalised, inverse, gain});
        saveMask(context, mask);
        context->saved_data["residual"] = residual.has_value();
        return out;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const kernels::DropoutMask mask = savedMask(context);
        const at::Tensor dOut = gradients[0].contiguous();
        const std::int64_t rows = dOut.size(0);
        const std::int64_t width = dOut.size(1);
        at::Tensor dSum = at::empty_like(dOut);
        at::Tensor dx = mask.rate > 0 ? at::empty_like(dOut) : at::Tensor();
        at::Tensor dGain = at::empty({width}, dOut.options());
        at::Tensor dBias = at::empty({width}, dOut.options());
        const kernels::NormBackward args = {dOut.const_data_ptr<float>(),     saved[0].const_data_ptr<float>(),
                                            saved[1].const_data_ptr<float>(), saved[2].const_data_ptr<float>(),
                                            dSum.mutable_data_ptr<float>(),
                                            dx.defined() ? dx.mutable_data_ptr<float>() : nullptr, width, mask};
        at::parallel_for(0, rows, kRowGrain, [&](std::int64_t begin, std::int64_t end) { kernels::normBackward(args, begin, end); });
        float* gainOut = dGain.mutable_data_ptr<float>();
        float* biasOut = dBias.mutable_data_ptr<float>();
        at::parallel_for(0, width, 64, [&](std::int64_t begin, std::int64_t end) {
            kernels::normBackwardGain(args.dOut, args.normalised, rows, width, gainOut, biasOut, begin, end);
        });
        const bool hasResidual = context->saved_data["residual"].toBool();
        return {dx.defined() ? dx : dSum, hasResidual ? dSum : at::Tensor(), dGain, dBias, {}, {}, {}};
    }
};

/// Where the probabilities of each sequence begin, those of head 0 first.
struct Units {
    bool firstOnly = false; // one query a sequence
    std::vector<std::int64_t> offsets;
    std::int64_t total = 0;
    std::int64_t longest = 0;
};

/// `queries`: rows of q, all tokens or one a sequence.
Units unitsOf(std::span<const std::int64_t> starts, std::int64_t queries, int heads) {
    Units units;
    units.firstOnly = queries < starts.back();
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
        const std::int64_t length = starts[i + 1] - starts[i];
        units.offsets.push_back(units.total);
        units.total += (units.firstOnly ? 1 : length) * length * heads;
        units.longest = std::max(units.longest, length);
    }
    return units;
}

/// Calls `work(head, q, kv, probabilities, scratch)` for every (sequence, head), with the offsets of its first values.
template <typename Work>
void forEachHead(std::span<const std::int64_t> starts, int heads, std::int64_t hidden, const Units& units,
                 const kernels::DropoutMask& mask, Work work) {
    const std::int64_t headSize = hidden / heads;
    const auto count = static_cast<std::int64_t>(starts.size() - 1) * heads;
    at::parallel_for(0, count, 4, [&](std::int64_t begin, std::int64_t end) {
        const auto scratch = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(kernels::attentionScratch(units.longest, headSize)));
        for (std::int64_t unit = begin; unit < end; ++unit) {
            const auto sequence = static_cast<std::size_t>(unit / heads);
            const std::int64_t index = unit % heads;
            const std::int64_t length = starts[sequence + 1] - starts[sequence];
            const std::int64_t queries = units.firstOnly ? 1 : length;
            const std::int64_t query = units.firstOnly ? static_cast<std::int64_t>(sequence) : starts[sequence];
            const std::int64_t probabilities = units.offsets[sequence] + index * queries * length;
            const kernels::AttentionHead head = {queries, length, headSize, hidden, static_cast<std::uint64_t>(probabilities), mask};
            work(head, query * hidden + index * headSize, starts[sequence] * hidden + index * headSize, probabilities, scratch.get());
        }
    });
}

/// Zeros behind the last sequence; rows of one query a sequence have nothing behind it.
void clearRest(const at::Tensor& rows, std::span<const std::int64_t> starts) {
    if (rows.size(0) > starts.back())
        rows.narrow(0, starts.back(), rows.size(0) - starts.back()).zero_();
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::span<const std::int64_t> starts,
                  int heads, const kernels::DropoutMask& mask, at::Tensor* probabilities) {
    const Units units = unitsOf(starts, q.size(0), heads);
    at::Tensor out = at::empty_like(q);
    clearRest(out, starts);
    if (probabilities)
        *probabilities = at::empty({units.total}, q.options());
    float* kept = probabilities ? probabilities->mutable_data_ptr<float>() : nullptr;
    const float* qs = q.const_data_ptr<float>();
    const float* ks = k.const_data_ptr<float>();
    const float* vs = v.const_data_ptr<float>();
    float* outs = out.mutable_data_ptr<float>();
    forEachHead(starts, heads, q.size(1), units, mask,
                [&](const kernels::AttentionHead& head, std::int64_t query, std::int64_t at, std::int64_t p, float* scratch) {
                    kernels::attentionForward(head, qs + query, ks + at, vs + at, outs + query, kept ? kept + p : nullptr, scratch);
                });
    return out;
}

struct AttentionFunction : torch::autograd::Function<AttentionFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              std::vector<std::int64_t> starts, std::int64_t heads, std::int64_t key, double rate) {
        const kernels::DropoutMask mask = {static_cast<std::uint64_t>(key), rate};
        at::Tensor probabilities;
        at::Tensor out = attend(q, k, v, starts, static_cast<int>(heads), mask, &probabilities);
        context->save_for_backward({q, k, v, probabilities});
        saveMask(context, mask);
        context->saved_data["starts"] = std::move(starts);
        context->saved_data["heads"] = heads;
        return out;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const std::vector<std::int64_t> starts = context->saved_data["starts"].toIntVector();
        const auto heads = static_cast<int>(context->saved_data["heads"].toInt());
        const at::Tensor dOut = gradients[0].contiguous();
        at::Tensor dq = at::empty_like(dOut);
        at::Tensor dk = at::empty_like(saved[1]);
        at::Tensor dv = at::empty_like(saved[2]);
        for (at::Tensor* gradient : {&dq, &dk, &dv})
            clearRest(*gradient, starts);
        const float* q = saved[0].const_data_ptr<float>();
        const float* k = saved[1].const_data_ptr<float>();
        const float* v = saved[2].const_data_ptr<float>();
        const float* p = saved[3].const_data_ptr<float>();
        const float* d = dOut.const_data_ptr<float>();
        float* toQ = dq.mutable_data_ptr<float>();
        float* toK = dk.mutable_data_ptr<float>();
        float* toV = dv.mutable_data_ptr<float>();
        forEachHead(starts, heads, dOut.size(1), unitsOf(starts, dOut.size(0), heads), savedMask(context),
                    [&](const kernels::AttentionHead& head, std::int64_t query, std::int64_t at, std::int64_t offset, float* scratch) {
                        kernels::attentionBackward(head, q + query, k + at, v + at, d + query, p + offset, toQ + query, toK + at,
                                                   toV + at, scratch);
                    });
        return {dq, dk, dv, {}, {}, {}, {}};
    }
};

at::Tensor masked(const at::Tensor& x, const kernels::DropoutMask& mask) {
    const at::Tensor input = x.contiguous();
    at::Tensor out = at::empty_like(input);
    const std::int64_t width = input.size(1);
    const float* from = input.const_data_ptr<float>();
    float* to = out.mutable_data_ptr<float>();
    at::parallel_for(0, input.size(0), kRowGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
            mask.fill(static_cast<std::uint64_t>(row), width, to + row * width);
            for (std::int64_t i = row * width; i < (row + 1) * width; ++i)
                to[i] *= from[i];
        }
    });
    return out;
}

struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, std::int64_t key, double rate) {
        const kernels::DropoutMask mask = {static_cast<std::uint64_t>(key), rate};
        saveMask(context, mask);
        return masked(x, mask);
    }
    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        return {masked(gradients[0], savedMask(context)), {}, {}};
    }
};

} // namespace

at::Tensor addAndNormalise(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& gain,
                           const at::Tensor& bias, double epsilon, const kernels::DropoutMask& dropout) {
    if (!at::GradMode::is_enabled())
        return normalise(x, residual, gain, bias, epsilon, dropout, nullptr, nullptr);
    return NormFunction::apply(x, residual.defined() ? std::optional(residual) : std::nullopt, gain, bias, epsilon, stored(dropout.key), dropout.rate);
}

at::Tensor packedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           std::span<const std::int64_t> starts, int heads, const kernels::DropoutMask& dropout) {
    const bool rows = q.size(0) == k.size(0) || q.size(0) == static_cast<std::int64_t>(starts.size()) - 1;
    if (!rows || k.size(0) < starts.back() || v.size(0) != k.size(0)) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("attention got {} queries, {} keys and {} values for {} tokens of {} sequences", q.size(0),
                                                            k.size(0), v.size(0), starts.back(), starts.size() - 1));
    }
    const at::Tensor queries = q.contiguous();
    const at::Tensor keys = k.contiguous();
    const at::Tensor values = v.contiguous();
    if (!at::GradMode::is_enabled())
        return attend(queries, keys, values, starts, heads, dropout, nullptr);
    return AttentionFunction::apply(queries, keys, values, std::vector<std::int64_t>(starts.begin(), starts.end()),
                                    static_cast<std::int64_t>(heads), stored(dropout.key), dropout.rate);
}

at::Tensor dropout(const at::Tensor& x, const kernels::DropoutMask& mask) {
    if (mask.rate <= 0)
        return x;
    if (!at::GradMode::is_enabled())
        return masked(x, mask);
    return DropoutFunction::apply(x, stored(mask.key), mask.rate);
}

} // namespace triptych
