#pragma once

#include "base/progress.h"
#include "datasets/labelled_data.h"
#include "knowledge/hnsw_index.h"
#include "models/encoder.h"
#include "prediction/predictor.h"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

// Legend: N = labelled rows, H = dimension of the encoder.

namespace triptych {

struct RetrieveSettings {
    int k = 10;                ///< neighbours that vote; 1 to 1,000
    double temperature = 0.05; ///< a neighbour's vote weighs exp((cosine - 1) / temperature); above 0
    HnswSettings index;
};
/// From the keys k, temperature, M, ef_construction, ef, exact_below. Throws Error naming the key.
RetrieveSettings retrieveSettingsFromJson(const Json& settings);
Json retrieveSettingsToJson(const RetrieveSettings& settings);

/// Classification by retrieval: the nearest labelled rows vote (k-nearest neighbours over embeddings, weighted by
/// similarity). Writes rows, vectors, the index's links where there are many rows, and triptych.json into `folder`.
/// Throws Error{InvalidInput} without rows or with a row of a label that is not among `labels`.
void buildRetrieve(const std::filesystem::path& folder, Encoder& encoder, const Json& base, const std::vector<std::string>& labels,
                   const std::vector<Example>& rows, const RetrieveSettings& settings, const Json& provenance, ProgressSink& progress,
                   const std::stop_token& stop);

/// Kind "retrieve". Evidence of a prediction: its neighbours. Damaged links are built anew; damaged rows or vectors are
/// Error{Corrupt}.
std::unique_ptr<Predictor> openRetrieve(const std::filesystem::path& folder, const ArtefactInfo& info);

} // namespace triptych
