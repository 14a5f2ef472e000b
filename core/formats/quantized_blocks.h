#pragma once

#include "formats/ggml_type.h"

#include <cstddef>
#include <span>

namespace triptych {

/// ggml's block formats on plain memory, at any alignment. Both directions give the very bits that Python's
/// `gguf` package gives.

/// True for the types that dequantize() takes: all of GgmlType.
bool canDequantize(GgmlType type);
/// True for F32, F16, BF16, Q8_0 and Q4_0.
bool canQuantize(GgmlType type);

/// Whole blocks to float32. `out` has as many values as the blocks hold.
/// Throws Error{Unsupported} naming the type, Error{InvalidArgument} naming the two sizes if they do not fit.
void dequantize(GgmlType type, std::span<const std::byte> blocks, std::span<float> out);

/// Whether no value is NaN or infinite; of blocks that have scales, whether those are finite. True for types that are not read.
bool allFinite(GgmlType type, std::span<const std::byte> blocks);

/// float32 to whole blocks; F16 and BF16 round to nearest even and keep infinity and NaN. A block of Q8_0 or Q4_0 with
/// a value that is not finite reads back as NaN throughout. Throws as dequantize().
void quantize(GgmlType type, std::span<const float> values, std::span<std::byte> out);

} // namespace triptych
