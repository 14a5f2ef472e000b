#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

// Legend: T = tokens of the whole batch, B = sequences, E = embedding size, F = filters of each width,
// W = number of widths, C = F times the sum of the widths.

namespace triptych {

/// Row of the filter bank (C, E) for tap `tap` of the filters of width number `width`; its F filters follow.
std::int64_t filterRow(std::span<const std::int64_t> widths, std::int64_t filters, std::size_t width, std::int64_t tap);

/// Convolution over time with filters of several widths, and the largest value over all positions of each sequence
/// (Kim 2014, equations 2 to 4, before bias and non-linearity, which a maximum commutes with).
/// x (T, E): sequence i is rows starts[i] to starts[i + 1], none shorter than the widest filter; bank (C, E).
/// Returns (B, W·F). Differentiable in x and bank; a gradient reaches only the position of the maximum, so that the
/// backward pass costs a small part of the forward one.
at::Tensor convolveAndPool(const at::Tensor& x, const at::Tensor& bank, std::span<const std::int64_t> starts,
                           std::span<const std::int64_t> widths);

/// The pooling of one sequence: taps (length, C) to pooled (W·F). `where` keeps the first row of each maximum, may be null.
void poolSequence(const float* taps, std::int64_t length, std::span<const std::int64_t> widths, std::int64_t filters,
                  float* pooled, std::int32_t* where, float* scratch);

} // namespace triptych
