#include "models/text_convolution.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace triptych {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using Sizes = std::vector<std::int64_t>;

std::int64_t sumOf(std::span<const std::int64_t> widths) { return std::accumulate(widths.begin(), widths.end(), std::int64_t(0)); }

at::Tensor pool(const at::Tensor& taps, std::span<const std::int64_t> starts, std::span<const std::int64_t> widths, at::Tensor* where) {
    const std::int64_t filters = taps.size(1) / sumOf(widths);
    const auto columns = static_cast<std::int64_t>(widths.size()) * filters;
    const auto sequences = static_cast<std::int64_t>(starts.size()) - 1;
    at::Tensor pooled = at::empty({sequences, columns}, taps.options());
    if (where)
        *where = at::empty({sequences, columns}, taps.options().dtype(at::kInt));
    const float* from = taps.const_data_ptr<float>();
    float* to = pooled.mutable_data_ptr<float>();
    std::int32_t* rows = where ? where->mutable_data_ptr<std::int32_t>() : nullptr;
    at::parallel_for(0, sequences, 4, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> scratch(static_cast<std::size_t>(filters));
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t first = starts[static_cast<std::size_t>(i)];
            poolSequence(from + first * taps.size(1), starts[static_cast<std::size_t>(i) + 1] - first, widths, filters,
                         to + i * columns, rows ? rows + i * columns : nullptr, scratch.data());
        }
    });
    return pooled;
}

void addScaled(float* to, const float* from, float factor, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
        to[i] += factor * from[i];
}

struct ConvolutionFunction : torch::autograd::Function<ConvolutionFunction> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& bank, Sizes starts, Sizes widths) {
        at::Tensor where;
        at::Tensor pooled = pool(at::mm(x, bank.t()), starts, widths, &where);
        context->save_for_backward({x, bank, where});
        context->saved_data["starts"] = std::move(starts);
        context->saved_data["widths"] = std::move(widths);
        return pooled;
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& x = saved[0];
        const at::Tensor& bank = saved[1];
        const Sizes starts = context->saved_data["starts"].toIntVector();
        const Sizes widths = context->saved_data["widths"].toIntVector();
        const at::Tensor dPooled = gradients[0].contiguous();
        const std::int64_t size = x.size(1);
        const std::int64_t filters = bank.size(0) / sumOf(widths);
        const std::int64_t columns = dPooled.size(1);
        const std::int64_t sequences = dPooled.size(0);
        at::Tensor dx = at::zeros_like(x);
        at::Tensor dBank = at::zeros_like(bank);
        const float* d = dPooled.const_data_ptr<float>();
        const float* values = x.const_data_ptr<float>();
        const float* weights = bank.const_data_ptr<float>();
        const std::int32_t* where = saved[2].const_data_ptr<std::int32_t>();
        float* toX = dx.mutable_data_ptr<float>();
        float* toBank = dBank.mutable_data_ptr<float>();
        // Each sequence has its own rows of dx, each filter its own rows of dBank: no two threads meet.
        at::parallel_for(0, sequences, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i) {
                for (std::int64_t c = 0; c < columns; ++c) {
                    const float g = d[i * columns + c];
                    if (g == 0)
                        continue;
                    const auto width = static_cast<std::size_t>(c / filters);
                    const std::int64_t row = starts[static_cast<std::size_t>(i)] + where[i * columns + c];
                    for (std::int64_t tap = 0; tap < widths[width]; ++tap)
                        addScaled(toX + (row + tap) * size, weights + (filterRow(widths, filters, width, tap) + c % filters) * size, g, size);
                }
            }
        });
        at::parallel_for(0, columns, 8, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t c = begin; c < end; ++c) {
                const auto width = static_cast<std::size_t>(c / filters);
                for (std::int64_t i = 0; i < sequences; ++i) {
                    const float g = d[i * columns + c];
                    if (g == 0)
                        continue;
                    const std::int64_t row = starts[static_cast<std::size_t>(i)] + where[i * columns + c];
                    for (std::int64_t tap = 0; tap < widths[width]; ++tap)
                        addScaled(toBank + (filterRow(widths, filters, width, tap) + c % filters) * size, values + (row + tap) * size, g, size);
                }
            }
        });
        return {dx, dBank, {}, {}};
    }
};

} // namespace

std::int64_t filterRow(std::span<const std::int64_t> widths, std::int64_t filters, std::size_t width, std::int64_t tap) {
    return (sumOf(widths.first(width)) + tap) * filters;
}

void poolSequence(const float* taps, std::int64_t length, std::span<const std::int64_t> widths, std::int64_t filters,
                  float* pooled, std::int32_t* where, float* scratch) {
    const std::int64_t columns = sumOf(widths) * filters;
    for (std::size_t width = 0; width < widths.size(); ++width) {
        float* best = pooled + static_cast<std::int64_t>(width) * filters;
        std::int32_t* rows = where ? where + static_cast<std::int64_t>(width) * filters : nullptr;
        for (std::int64_t row = 0; row + widths[width] <= length; ++row) {
            std::fill(scratch, scratch + filters, 0.0f);
            for (std::int64_t tap = 0; tap < widths[width]; ++tap)
                addScaled(scratch, taps + (row + tap) * columns + filterRow(widths, filters, width, tap), 1.0f, filters);
            for (std::int64_t f = 0; f < filters; ++f) {
                const bool larger = row == 0 || scratch[f] > best[f];
                best[f] = larger ? scratch[f] : best[f];
                if (rows)
                    rows[f] = larger ? static_cast<std::int32_t>(row) : rows[f];
            }
        }
    }
}

at::Tensor convolveAndPool(const at::Tensor& x, const at::Tensor& bank, std::span<const std::int64_t> starts,
                           std::span<const std::int64_t> widths) {
    if (!at::GradMode::is_enabled())
        return pool(at::mm(x, bank.t()), starts, widths, nullptr);
    return ConvolutionFunction::apply(x.contiguous(), bank, Sizes(starts.begin(), starts.end()), Sizes(widths.begin(), widths.end()));
}

} // namespace triptych
