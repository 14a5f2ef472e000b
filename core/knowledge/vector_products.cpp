#include "knowledge/vector_products.h"

namespace triptych {

extern const VectorProducts kAvx2VectorProducts;
extern const VectorProducts kAvx512VectorProducts;

const VectorProducts& avx2VectorProducts() { return kAvx2VectorProducts; }

const VectorProducts* avx512VectorProducts() { return __builtin_cpu_supports("x86-64-v4") ? &kAvx512VectorProducts : nullptr; }

const VectorProducts& vectorProducts() {
    static const VectorProducts& best = avx512VectorProducts() ? *avx512VectorProducts() : avx2VectorProducts();
    return best;
}

} // namespace triptych
