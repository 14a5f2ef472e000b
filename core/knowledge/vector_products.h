#pragma once

#include <cstddef>
#include <cstdint>

namespace triptych {

/// Inner products of vectors as they lie in an index (see VectorFormat), once for AVX2 and once for AVX-512, chosen at run
/// time; both add in the same order, so that an index does not depend on the processor that built it. Any alignment.
struct VectorProducts {
    float (*floats)(const float* a, const float* b, std::size_t n);
    float (*mixed)(const float* a, const std::int8_t* b, std::size_t n);
    std::int32_t (*bytes)(const std::int8_t* a, const std::int8_t* b, std::size_t n); ///< n up to 65,536
    /// For hnswlib, without a call in between: less the product of two vectors as they are stored; `n` points to a std::size_t.
    float (*distanceOfFloats)(const void* a, const void* b, const void* n);
    float (*distanceOfBytes)(const void* a, const void* b, const void* n);
};

/// Those for this processor.
const VectorProducts& vectorProducts();
const VectorProducts& avx2VectorProducts();
/// Null where the processor lacks AVX-512 (x86-64-v4).
const VectorProducts* avx512VectorProducts();

} // namespace triptych
