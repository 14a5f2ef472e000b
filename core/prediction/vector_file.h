#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace triptych {

/// Raw little-endian float32, row after row, without a header: what NumPy's fromfile reads. Atomically.
void writeVectors(const std::filesystem::path& file, std::span<const float> vectors);
/// Throws Error{Corrupt} naming the file unless it holds exactly rows * dimension finite values.
std::vector<float> readVectors(const std::filesystem::path& file, std::size_t rows, int dimension);

/// Inner product of two vectors of one size.
float dotProduct(std::span<const float> a, std::span<const float> b);

/// softmax(values / temperature). temperature > 0.
std::vector<float> softmax(std::span<const float> values, double temperature);

} // namespace triptych
