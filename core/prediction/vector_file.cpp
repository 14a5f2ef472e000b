#include "prediction/vector_file.h"

#include "base/error.h"
#include "base/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace triptych {

void writeVectors(const std::filesystem::path& file, std::span<const float> vectors) {
    atomicWrite(file, {reinterpret_cast<const char*>(vectors.data()), vectors.size_bytes()});
}

std::vector<float> readVectors(const std::filesystem::path& file, std::size_t rows, int dimension) {
    const std::string bytes = readFile(file, std::uintmax_t(16) << 30);
    std::vector<float> vectors(rows * static_cast<std::size_t>(dimension));
    const char* hint = "Copy the folder again from where it came, or run the job again.";
    if (bytes.size() != vectors.size() * sizeof(float)) {
        throw Error(ErrorCode::Corrupt, fmt::format("'{}' has {} bytes where {} vectors of dimension {} have {}", file.string(), bytes.size(), rows,
                                                    dimension, vectors.size() * sizeof(float)),
                    hint);
    }
    std::memcpy(vectors.data(), bytes.data(), bytes.size());
    if (!std::all_of(vectors.begin(), vectors.end(), [](float value) { return std::isfinite(value); }))
        throw Error(ErrorCode::Corrupt, fmt::format("'{}' has values that are not finite numbers", file.string()), hint);
    return vectors;
}

float dotProduct(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * b[i];
    return static_cast<float>(sum);
}

std::vector<float> softmax(std::span<const float> values, double temperature) {
    std::vector<float> result(values.size());
    if (values.empty())
        return result;
    const float highest = *std::max_element(values.begin(), values.end());
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double weight = std::exp((static_cast<double>(values[i]) - highest) / temperature);
        result[i] = static_cast<float>(weight);
        sum += weight;
    }
    for (float& value : result)
        value = static_cast<float>(value / sum);
    return result;
}

} // namespace triptych
