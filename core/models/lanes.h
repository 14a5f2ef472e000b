#pragma once

#include <cstdint>
#include <cstring>
#include <immintrin.h>

// Sixteen floats at once: one register with AVX-512, two with AVX2. For the files that are compiled once for each of the two
// (products_avx2.cpp, products_avx512.cpp) and for nothing else: everything is in an unnamed namespace, and no header with functions
// of its own may be included beside it, since the linker would keep one copy of those for all processors.

namespace {

#ifdef __AVX512F__

using Lanes = __m512;
inline Lanes zeroLanes() { return _mm512_setzero_ps(); }
inline Lanes all(float value) { return _mm512_set1_ps(value); }
inline Lanes load(const float* from) { return _mm512_loadu_ps(from); }
inline void store(float* to, Lanes value) { _mm512_storeu_ps(to, value); }
inline Lanes fusedMultiplyAdd(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_ps(a, b, c); }
inline Lanes multiply(Lanes a, Lanes b) { return _mm512_mul_ps(a, b); }
inline Lanes add(Lanes a, Lanes b) { return _mm512_add_ps(a, b); }
inline Lanes larger(Lanes a, Lanes b) { return _mm512_max_ps(a, b); }
inline float sum(Lanes value) { return _mm512_reduce_add_ps(value); }
inline float greatest(Lanes value) { return _mm512_reduce_max_ps(value); }
inline Lanes fromUnsigned(__m128i bytes) { return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes)); }
inline Lanes fromSigned(__m128i bytes) { return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes)); }
inline Lanes fromHalves(__m256i halves) { return _mm512_cvtph_ps(halves); }
inline Lanes fromBfloat16(__m256i values) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(values), 16)); }

inline __m256i roundedBfloat16(Lanes value) {
    // As floatToBfloat16(): half of the last place and its own lowest bit are added; a NaN keeps its upper bits.
    const __m512i word = _mm512_castps_si512(value);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(word, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(word, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    const __m512i quiet = _mm512_or_si512(word, _mm512_set1_epi32(0x400000));
    const __mmask16 nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_blend_epi32(nan, rounded, quiet), 16));
}
inline void storeBfloat16(std::uint16_t* to, Lanes value) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), roundedBfloat16(value)); }

#else

struct Lanes {
    __m256 low, high;
};
inline Lanes zeroLanes() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
inline Lanes all(float value) { return {_mm256_set1_ps(value), _mm256_set1_ps(value)}; }
inline Lanes load(const float* from) { return {_mm256_loadu_ps(from), _mm256_loadu_ps(from + 8)}; }
inline void store(float* to, Lanes value) {
    _mm256_storeu_ps(to, value.low);
    _mm256_storeu_ps(to + 8, value.high);
}
inline Lanes fusedMultiplyAdd(Lanes a, Lanes b, Lanes c) {
    return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
inline Lanes multiply(Lanes a, Lanes b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
inline Lanes larger(Lanes a, Lanes b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }
inline Lanes add(Lanes a, Lanes b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
inline float sum(Lanes value) {
    const __m256 eight = _mm256_add_ps(value.low, value.high);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}
inline float greatest(Lanes value) {
    const __m256 eight = _mm256_max_ps(value.low, value.high);
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}
inline Lanes fromUnsigned(__m128i bytes) {
    return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)), _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)))};
}
inline Lanes fromSigned(__m128i bytes) {
    return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(bytes, 8)))};
}
inline Lanes fromHalves(__m256i halves) { return {_mm256_cvtph_ps(_mm256_castsi256_si128(halves)), _mm256_cvtph_ps(_mm256_extracti128_si256(halves, 1))}; }
inline __m256 widenedBfloat16(__m128i values) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(values), 16)); }
inline Lanes fromBfloat16(__m256i values) {
    return {widenedBfloat16(_mm256_castsi256_si128(values)), widenedBfloat16(_mm256_extracti128_si256(values, 1))};
}

inline __m256i roundedBfloat16(__m256 value) { // in the low halves of each word
    const __m256i word = _mm256_castps_si256(value);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(word, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(word, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    const __m256i quiet = _mm256_or_si256(word, _mm256_set1_epi32(0x400000));
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    return _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, nan), 16);
}
inline void storeBfloat16(std::uint16_t* to, Lanes value) {
    // Packing works inside each half of a register; the permutation puts the quarters in order.
    const __m256i packed = _mm256_packus_epi32(roundedBfloat16(value.low), roundedBfloat16(value.high));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_permute4x64_epi64(packed, 0xd8));
}

#endif

constexpr int kLanes = 16;

/// A number as a type, for loops over sizes that the compiler must know.
template <int N>
struct Count {
    constexpr int operator()() const { return N; }
};

inline __m128i loadBytes(const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
inline __m256i loadWords(const std::uint8_t* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }
inline float loadHalf(const std::uint8_t* from) {
    std::uint16_t half;
    std::memcpy(&half, from, sizeof half);
    return _cvtsh_ss(half);
}

} // namespace
