#pragma once

#include "formats/ggml_type.h"

#include <cstddef>
#include <cstdint>

/// The products that have no library: of a few vectors with a matrix that stays in the blocks of its file, and of matrices too
/// small for a BLAS. On plain memory and without LibTorch, in float32, once for AVX2 and once for AVX-512, chosen at run time.
/// Callers split the work over threads by the ranges; no result depends on how they split it.
namespace triptych::kernels {

/// A matrix (out, in) as it lies in a file, row by row, at any alignment.
struct StoredMatrix {
    GgmlType type = GgmlType::F32;
    const std::byte* data = nullptr;
    std::int64_t out = 0;
    std::int64_t in = 0; ///< a multiple of 32 and whole blocks
    std::int64_t rowBytes = 0;
    const std::int32_t* order = nullptr; ///< (out): which stored row each row is; null if as stored
};

/// Lanes that loops take at once: where rows are padded to a multiple, there is no rest.
constexpr std::int64_t kWidth = 16;
constexpr std::int64_t padded(std::int64_t n) { return (n + kWidth - 1) / kWidth * kWidth; }

struct Products {
    std::int64_t vectorsAtOnce; ///< for which multiplyStored unpacks a weight once
    /// y (n, out) = x Wᵀ + bias at the columns [begin, end); x (n, in), bias (out) or null. What one vector gives does not depend
    /// on the others.
    void (*multiplyStored)(const StoredMatrix& matrix, const float* x, std::int64_t n, const float* bias, float* y, std::int64_t begin,
                           std::int64_t end);
    /// Row `row` (in) as float32: to within the rounding of one product what dequantize() gives.
    void (*unpackStored)(const StoredMatrix& matrix, std::int64_t row, float* out);
    /// The same as bfloat16, rounded to nearest even.
    void (*unpackStoredBfloat16)(const StoredMatrix& matrix, std::int64_t row, std::uint16_t* out);
    /// C (m, n) = A (m, k) B (k, n). A has any strides, B and C are row-major with row strides ldb and ldc.
    void (*multiply)(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t aRow, std::int64_t aColumn, const float* b,
                     std::int64_t ldb, float* c, std::int64_t ldc);
    /// to (columns, ldTo) = fromᵀ; from (rows, columns) with row stride ldFrom.
    void (*transpose)(std::int64_t rows, std::int64_t columns, const float* from, std::int64_t ldFrom, float* to, std::int64_t ldTo);
    /// row (count) = softmax(scale * row), scale > 0.
    void (*softmax)(float* row, std::int64_t count, float scale);
};

/// Those for this processor.
const Products& products();
const Products& avx2Products();
/// Null where the processor lacks AVX-512 (x86-64-v4).
const Products* avx512Products();

/// Whether the processor multiplies bfloat16, so that LibTorch's products of that type are faster than those of float32.
bool hasBfloat16Products();

} // namespace triptych::kernels
