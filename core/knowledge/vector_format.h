#pragma once

#include <cstddef>
#include <span>

namespace triptych {

/// How a vector lies in the database, in index files and in memory, the same everywhere, so that it goes from one to the
/// other as it is: its values as float32, or a float32 scale and 8 bits a value (value = scale * q, q from -127 to 127, the
/// scale set by the largest value).
enum class VectorFormat { Float32, Int8 };

std::size_t vectorBytes(VectorFormat format, std::size_t dimension);
/// to: vectorBytes() of the values, at any alignment.
void encodeVector(VectorFormat format, std::span<const float> values, std::byte* to);
void decodeVector(VectorFormat format, const std::byte* from, std::span<float> values);
/// True unless decoding gives a NaN or an infinity.
bool isFiniteVector(VectorFormat format, const std::byte* vector, std::size_t dimension);

} // namespace triptych
