#pragma once

#include "base/progress.h"
#include "models/encoder.h"
#include "prediction/predictor.h"

#include <filesystem>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

// Legend: K = labels, H = dimension of the encoder.

namespace triptych {

/// Softmax over cosines needs a temperature; 1/20 is the scale with which sentence encoders are trained
/// (MultipleNegativesRankingLoss).
inline constexpr double kZeroShotTemperature = 0.05;

/// What a label means, as a text to embed: its name with separators as spaces, then its description if there is one.
std::string labelText(const std::string& label, const std::string& description);

/// Zero-shot classification by the nearest label (Yin et al. 2019, with sentence embeddings): no labelled row is looked
/// at. Writes label vectors and triptych.json into `folder`. `descriptions` may lack labels.
/// Throws Error{InvalidArgument} with fewer than two labels or a temperature not above 0.
void buildZeroShot(const std::filesystem::path& folder, Encoder& encoder, const Json& base, const std::vector<std::string>& labels,
                   const std::map<std::string, std::string>& descriptions, double temperature, const Json& provenance,
                   const std::stop_token& stop);

/// Kind "zero_shot". Evidence of a prediction: the three nearest labels' texts.
std::unique_ptr<Predictor> openZeroShot(const std::filesystem::path& folder, const ArtefactInfo& info);

} // namespace triptych
