#pragma once

#include <string_view>

namespace triptych {

/// Exact: float32 arithmetic on the stored weights. Fast: products of many rows in bfloat16 where the processor has them
/// (AVX512_BF16, AMX), as Exact elsewhere.
enum class Precision { Exact, Fast };
std::string_view precisionName(Precision precision);    ///< "exact", "fast"
Precision precisionFromName(std::string_view name);      ///< Throws Error{InvalidArgument}

} // namespace triptych
