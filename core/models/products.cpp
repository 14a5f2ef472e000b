#include "models/products.h"

namespace triptych::kernels {

extern const Products kAvx2Products;
extern const Products kAvx512Products;

const Products& avx2Products() { return kAvx2Products; }

const Products* avx512Products() { return __builtin_cpu_supports("x86-64-v4") ? &kAvx512Products : nullptr; }

const Products& products() {
    static const Products& best = avx512Products() ? *avx512Products() : avx2Products();
    return best;
}

bool hasBfloat16Products() { return __builtin_cpu_supports("avx512bf16"); }

} // namespace triptych::kernels
