#include "models/products.h"
#include "models/stored_formats.h"
#include "models/vector_math.h"

// The whole of products_avx2.cpp and of products_avx512.cpp, each compiled for its processors; the rules of lanes.h hold.

namespace triptych::kernels {

namespace {

#ifdef __AVX512F__
constexpr int kMostVectors = 8;                     // of multiplyRows: sums of so many stay in registers
constexpr int kBlockRows = 12, kBlockColumns = 2;   // of multiplyBlock: C in registers, in rows and lanes
constexpr int kRowColumns = 8;                      // the same where there is one row
#else
constexpr int kMostVectors = 2;
constexpr int kBlockRows = 6, kBlockColumns = 1;
constexpr int kRowColumns = 4;
#endif

inline const std::uint8_t* storedRow(const StoredMatrix& matrix, std::int64_t row) {
    return reinterpret_cast<const std::uint8_t*>(matrix.data) + (matrix.order ? matrix.order[row] : row) * matrix.rowBytes;
}

/// Calls use(first value, first 16, second 16) along a row.
template <class Format, class Use>
inline void eachOfRow(const std::uint8_t* block, std::int64_t in, Use use) {
    for (std::int64_t i = 0; i < in; i += Format::kValues, block += Format::kBytes)
        Format::each(block, [&](int offset, Lanes first, Lanes second) __attribute__((always_inline)) { use(i + offset, first, second); });
}

template <class Format, int N>
void multiplyRows(const StoredMatrix& matrix, const float* x, const float* bias, float* y, std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
        Lanes sums[N][2];
        for (int n = 0; n < N; ++n)
            sums[n][0] = sums[n][1] = zeroLanes();
        eachOfRow<Format>(storedRow(matrix, row), matrix.in, [&](std::int64_t i, Lanes first, Lanes second) __attribute__((always_inline)) {
            for (int n = 0; n < N; ++n) {
                const float* values = x + n * matrix.in + i;
                sums[n][0] = fusedMultiplyAdd(first, load(values), sums[n][0]);
                sums[n][1] = fusedMultiplyAdd(second, load(values + kLanes), sums[n][1]);
            }
        });
        for (int n = 0; n < N; ++n)
            y[n * matrix.out + row] = sum(add(sums[n][0], sums[n][1])) + (bias ? bias[row] : 0.0f);
    }
}

template <class Format>
void multiplyFormat(const StoredMatrix& matrix, const float* x, std::int64_t n, const float* bias, float* y, std::int64_t begin, std::int64_t end) {
    const auto some = [&](auto count) {
        for (; n >= count(); n -= count(), x += count() * matrix.in, y += count() * matrix.out)
            multiplyRows<Format, count()>(matrix, x, bias, y, begin, end);
    };
    some(Count<kMostVectors>());
    if constexpr (kMostVectors > 4)
        some(Count<4>());
    if constexpr (kMostVectors > 2)
        some(Count<2>());
    some(Count<1>());
}

template <class Format>
void unpackFormat(const StoredMatrix& matrix, std::int64_t row, float* out) {
    eachOfRow<Format>(storedRow(matrix, row), matrix.in, [&](std::int64_t i, Lanes first, Lanes second) __attribute__((always_inline)) {
        store(out + i, first);
        store(out + i + kLanes, second);
    });
}

template <class Format>
void unpackFormatBfloat16(const StoredMatrix& matrix, std::int64_t row, std::uint16_t* out) {
    eachOfRow<Format>(storedRow(matrix, row), matrix.in, [&](std::int64_t i, Lanes first, Lanes second) __attribute__((always_inline)) {
        storeBfloat16(out + i, first);
        storeBfloat16(out + i + kLanes, second);
    });
}

/// Calls use.template operator()<Format>() for the type.
template <class Use>
inline void withFormat(GgmlType type, Use use) {
    switch (type) {
    case GgmlType::F32: return use.template operator()<F32Format>();
    case GgmlType::F16: return use.template operator()<F16Format>();
    case GgmlType::BF16: return use.template operator()<Bf16Format>();
    case GgmlType::Q8_0: return use.template operator()<Q8_0Format>();
    case GgmlType::Q4_0: return use.template operator()<Q4_0Format>();
    case GgmlType::Q4_1: return use.template operator()<Q4_1Format>();
    case GgmlType::Q5_0: return use.template operator()<Q5_0Format>();
    case GgmlType::Q5_1: return use.template operator()<Q5_1Format>();
    case GgmlType::Q4_K: return use.template operator()<Q4_KFormat>();
    case GgmlType::Q5_K: return use.template operator()<Q5_KFormat>();
    case GgmlType::Q6_K: return use.template operator()<Q6_KFormat>();
    }
}

void multiplyStored(const StoredMatrix& matrix, const float* x, std::int64_t n, const float* bias, float* y, std::int64_t begin, std::int64_t end) {
    withFormat(matrix.type, [&]<class Format>() { multiplyFormat<Format>(matrix, x, n, bias, y, begin, end); });
}

void unpackStored(const StoredMatrix& matrix, std::int64_t row, float* out) {
    withFormat(matrix.type, [&]<class Format>() { unpackFormat<Format>(matrix, row, out); });
}

void unpackStoredBfloat16(const StoredMatrix& matrix, std::int64_t row, std::uint16_t* out) {
    withFormat(matrix.type, [&]<class Format>() { unpackFormatBfloat16<Format>(matrix, row, out); });
}

struct Factors { // of multiply
    std::int64_t k;
    const float* a;
    std::int64_t aRow, aColumn;
    const float* b;
    std::int64_t ldb;
    float* c;
    std::int64_t ldc;
};

/// R rows by V lanes of C stay in registers over the whole of k.
template <int R, int V>
void multiplyBlock(const Factors& f, std::int64_t row, std::int64_t column) {
    const float* a = f.a + row * f.aRow;
    const float* b = f.b + column;
    Lanes sums[R][V];
    for (int r = 0; r < R; ++r) {
        for (int v = 0; v < V; ++v)
            sums[r][v] = zeroLanes();
    }
    for (std::int64_t p = 0; p < f.k; ++p) {
        Lanes right[V];
        for (int v = 0; v < V; ++v)
            right[v] = load(b + p * f.ldb + v * kLanes);
        for (int r = 0; r < R; ++r) {
            const Lanes left = all(a[r * f.aRow + p * f.aColumn]);
            for (int v = 0; v < V; ++v)
                sums[r][v] = fusedMultiplyAdd(left, right[v], sums[r][v]);
        }
    }
    for (int r = 0; r < R; ++r) {
        for (int v = 0; v < V; ++v)
            store(f.c + (row + r) * f.ldc + column + v * kLanes, sums[r][v]);
    }
}

template <int V>
void multiplyColumns(const Factors& f, std::int64_t m, std::int64_t column) {
    std::int64_t row = 0;
    for (; row + kBlockRows <= m; row += kBlockRows)
        multiplyBlock<kBlockRows, V>(f, row, column);
    for (; row + 6 <= m; row += 6)
        multiplyBlock<6, V>(f, row, column);
    for (; row + 3 <= m; row += 3)
        multiplyBlock<3, V>(f, row, column);
    for (; row < m; ++row)
        multiplyBlock<1, V>(f, row, column);
}

void multiply(std::int64_t m, std::int64_t n, std::int64_t k, const float* a, std::int64_t aRow, std::int64_t aColumn, const float* b,
              std::int64_t ldb, float* c, std::int64_t ldc) {
    const Factors f = {k, a, aRow, aColumn, b, ldb, c, ldc};
    std::int64_t column = 0;
    for (; m == 1 && column + kRowColumns * kLanes <= n; column += kRowColumns * kLanes)
        multiplyBlock<1, kRowColumns>(f, 0, column);
    for (; column + kBlockColumns * kLanes <= n; column += kBlockColumns * kLanes)
        multiplyColumns<kBlockColumns>(f, m, column);
    for (; column + kLanes <= n; column += kLanes)
        multiplyColumns<1>(f, m, column);
    if (column < n && n >= kLanes) { // some of the columns a second time, to the same values
        multiplyColumns<1>(f, m, n - kLanes);
        return;
    }
    for (; column < n; ++column) {
        for (std::int64_t row = 0; row < m; ++row) {
            float total = 0;
            for (std::int64_t p = 0; p < k; ++p)
                total += a[row * aRow + p * aColumn] * b[p * ldb + column];
            c[row * ldc + column] = total;
        }
    }
}

void transpose(std::int64_t rows, std::int64_t columns, const float* from, std::int64_t ldFrom, float* to, std::int64_t ldTo) {
    // A few rows at a time stay in the nearest cache, where whole columns of a wide matrix fall on the same few lines of it.
    for (std::int64_t begin = 0; begin < rows; begin += kLanes) {
        const std::int64_t end = begin + kLanes < rows ? begin + kLanes : rows;
        for (std::int64_t column = 0; column < columns; ++column) {
            for (std::int64_t row = begin; row < end; ++row)
                to[column * ldTo + row] = from[row * ldFrom + column];
        }
    }
}

void softmax(float* row, std::int64_t count, float scale) {
    const std::int64_t whole = count / kLanes * kLanes;
    float largest = row[0];
    if (whole > 0) {
        Lanes most = load(row);
        for (std::int64_t i = kLanes; i < whole; i += kLanes)
            most = larger(most, load(row + i));
        largest = greatest(most);
    }
    for (std::int64_t i = whole; i < count; ++i)
        largest = row[i] > largest ? row[i] : largest;
    for (std::int64_t i = 0; i < count; ++i)
        row[i] = expNegative((row[i] - largest) * scale);
    Lanes sums = zeroLanes();
    for (std::int64_t i = 0; i < whole; i += kLanes)
        sums = add(sums, load(row + i));
    float total = sum(sums);
    for (std::int64_t i = whole; i < count; ++i)
        total += row[i];
    const float inverse = 1.0f / total;
    for (std::int64_t i = 0; i < count; ++i)
        row[i] *= inverse;
}

} // namespace

extern const Products TRIPTYCH_PRODUCTS;
const Products TRIPTYCH_PRODUCTS = {kMostVectors, multiplyStored, unpackStored, unpackStoredBfloat16, multiply, transpose, softmax};

} // namespace triptych::kernels
