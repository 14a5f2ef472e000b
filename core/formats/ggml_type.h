#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace triptych {

/// How the values of a GGUF tensor are stored; the numbers are the file's. These are the ones whose values are
/// read; files name others too, see ggmlLayout.
enum class GgmlType : std::uint32_t {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    BF16 = 30
};

/// Values come in blocks of `blockValues`, each of `blockBytes`; a row is a whole number of blocks.
struct GgmlLayout {
    std::string_view name; ///< "Q4_K", "IQ2_XS"
    std::uint32_t blockValues;
    std::uint32_t blockBytes;
};

/// Layout of every type that files use, read or not; empty for a number that is none.
std::optional<GgmlLayout> ggmlLayout(GgmlType type);

} // namespace triptych
