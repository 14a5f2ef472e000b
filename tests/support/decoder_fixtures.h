#pragma once

#include "base/json.h"
#include "formats/safetensors.h"
#include "models/decoder.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/sub.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

/// The tiny decoders of tests/data/decoders.
namespace triptych::decoders {

inline std::filesystem::path folder() { return std::filesystem::path(TRIPTYCH_TEST_DATA) / "decoders"; }

inline const Json& expected() {
    static const Json value = readJsonFile(folder() / "expected.json");
    return value;
}

/// float32 tensors of a safetensors file.
inline std::map<std::string, at::Tensor> readFloats(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    std::map<std::string, at::Tensor> tensors;
    for (const auto& [name, view] : file.tensors()) {
        at::Tensor tensor = at::empty(view.shape, at::TensorOptions().dtype(at::kFloat));
        std::memcpy(tensor.mutable_data_ptr(), view.data.data(), view.data.size());
        tensors.emplace(name, tensor);
    }
    return tensors;
}

inline std::vector<std::vector<std::int32_t>> idsOf(const Json& value) { return value.get<std::vector<std::vector<std::int32_t>>>(); }

inline TokenBatch pack(const std::vector<std::vector<std::int32_t>>& rows, std::vector<std::size_t> places = {}) {
    std::vector<std::span<const std::int32_t>> spans(rows.begin(), rows.end());
    return packTokens(spans, std::move(places));
}

/// Greatest difference; infinite if the shapes differ or a value is not a number.
inline double difference(const at::Tensor& a, const at::Tensor& b) {
    if (a.sizes() != b.sizes())
        return INFINITY;
    const double largest = at::sub(a, b).abs().max().item<double>();
    return std::isfinite(largest) ? largest : INFINITY;
}

} // namespace triptych::decoders
