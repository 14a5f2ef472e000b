#include "knowledge/vector_products.h"

#include <immintrin.h>

// The whole of vector_products_avx2.cpp and of vector_products_avx512.cpp, each compiled for its processors. No header with
// functions of its own may be included here: the linker would keep one copy of those for all processors.

namespace triptych {

namespace {

#ifdef __AVX512F__

using Lanes = __m512; ///< sixteen floats
inline Lanes zeroLanes() { return _mm512_setzero_ps(); }
inline Lanes add(Lanes a, Lanes b) { return _mm512_add_ps(a, b); }
inline Lanes multiplyAdd(const float* a, const float* b, Lanes sum) { return _mm512_fmadd_ps(_mm512_loadu_ps(a), _mm512_loadu_ps(b), sum); }
inline Lanes multiplyAdd(const float* a, const std::int8_t* b, Lanes sum) {
    const __m128i sixteen = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
    return _mm512_fmadd_ps(_mm512_loadu_ps(a), _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(sixteen)), sum);
}
inline __m256 halves(Lanes value) {
    return _mm256_add_ps(_mm512_castps512_ps256(value), _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(value), 1)));
}

constexpr std::size_t kWords = 32; ///< 8-bit values at once
using Words = __m512i;             ///< sums of pairs
inline Words zeroWords() { return _mm512_setzero_si512(); }
inline Words wordsOf(const std::int8_t* from) { return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from))); }
inline Words multiplyAdd(Words a, Words b, Words sum) { return _mm512_add_epi32(sum, _mm512_madd_epi16(a, b)); }
inline std::int32_t total(Words sum) { return _mm512_reduce_add_epi32(sum); }

#else

struct Lanes { ///< sixteen floats
    __m256 low, high;
};
inline Lanes zeroLanes() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
inline Lanes add(Lanes a, Lanes b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
inline Lanes multiplyAdd(const float* a, const float* b, Lanes sum) {
    return {_mm256_fmadd_ps(_mm256_loadu_ps(a), _mm256_loadu_ps(b), sum.low), _mm256_fmadd_ps(_mm256_loadu_ps(a + 8), _mm256_loadu_ps(b + 8), sum.high)};
}
inline Lanes multiplyAdd(const float* a, const std::int8_t* b, Lanes sum) {
    const __m128i sixteen = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b));
    return {_mm256_fmadd_ps(_mm256_loadu_ps(a), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(sixteen)), sum.low),
            _mm256_fmadd_ps(_mm256_loadu_ps(a + 8), _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_srli_si128(sixteen, 8))), sum.high)};
}
inline __m256 halves(Lanes value) { return _mm256_add_ps(value.low, value.high); }

constexpr std::size_t kWords = 16;
using Words = __m256i;
inline Words zeroWords() { return _mm256_setzero_si256(); }
inline Words wordsOf(const std::int8_t* from) { return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))); }
inline Words multiplyAdd(Words a, Words b, Words sum) { return _mm256_add_epi32(sum, _mm256_madd_epi16(a, b)); }
inline std::int32_t total(Words sum) {
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    const __m128i two = _mm_add_epi32(four, _mm_srli_si128(four, 8));
    return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_srli_si128(two, 4)));
}

#endif

constexpr std::size_t kLanes = 16;

inline float total(Lanes value) {
    const __m256 eight = halves(value);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}

/// Four sums at once, because one addition waits for the one before it.
template <class B>
float product(const float* a, const B* b, std::size_t n) {
    Lanes first = zeroLanes(), second = zeroLanes(), third = zeroLanes(), fourth = zeroLanes();
    std::size_t i = 0;
    for (; i + 4 * kLanes <= n; i += 4 * kLanes) {
        first = multiplyAdd(a + i, b + i, first);
        second = multiplyAdd(a + i + kLanes, b + i + kLanes, second);
        third = multiplyAdd(a + i + 2 * kLanes, b + i + 2 * kLanes, third);
        fourth = multiplyAdd(a + i + 3 * kLanes, b + i + 3 * kLanes, fourth);
    }
    for (; i + kLanes <= n; i += kLanes)
        first = multiplyAdd(a + i, b + i, first);
    float rest = 0;
    for (; i < n; ++i)
        rest += a[i] * static_cast<float>(b[i]);
    return total(add(add(first, second), add(third, fourth))) + rest;
}

float productOfFloats(const float* a, const float* b, std::size_t n) { return product(a, b, n); }
float productOfBoth(const float* a, const std::int8_t* b, std::size_t n) { return product(a, b, n); }

std::int32_t productOfBytes(const std::int8_t* a, const std::int8_t* b, std::size_t n) {
    Words first = zeroWords(), second = zeroWords();
    std::size_t i = 0;
    for (; i + 2 * kWords <= n; i += 2 * kWords) {
        first = multiplyAdd(wordsOf(a + i), wordsOf(b + i), first);
        second = multiplyAdd(wordsOf(a + i + kWords), wordsOf(b + i + kWords), second);
    }
    for (; i + kWords <= n; i += kWords)
        first = multiplyAdd(wordsOf(a + i), wordsOf(b + i), first);
    std::int32_t rest = 0;
    for (; i < n; ++i)
        rest += a[i] * b[i];
    return total(first) + total(second) + rest;
}

inline float scaleOf(const void* vector) {
    float scale = 0;
    __builtin_memcpy(&scale, vector, sizeof scale);
    return scale;
}
inline const std::int8_t* bytesOf(const void* vector) { return static_cast<const std::int8_t*>(vector) + sizeof(float); }

float distanceOfFloats(const void* a, const void* b, const void* n) {
    return -product(static_cast<const float*>(a), static_cast<const float*>(b), *static_cast<const std::size_t*>(n));
}
float distanceOfBytes(const void* a, const void* b, const void* n) {
    return -scaleOf(a) * scaleOf(b) * static_cast<float>(productOfBytes(bytesOf(a), bytesOf(b), *static_cast<const std::size_t*>(n)));
}

} // namespace

extern const VectorProducts TRIPTYCH_VECTOR_PRODUCTS;
const VectorProducts TRIPTYCH_VECTOR_PRODUCTS = {productOfFloats, productOfBoth, productOfBytes, distanceOfFloats, distanceOfBytes};

} // namespace triptych
