#pragma once

#include "jobs/job_runner.h"
#include "prediction/predictor.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

// Legend: N = rows, D = width of an embedding, K = labels.

namespace triptych {

/// Multinomial logistic regression.
struct SoftmaxHead {
    at::Tensor weight; ///< (K, D)
    at::Tensor bias;   ///< (K)
};

struct HeadFit {
    SoftmaxHead head;
    std::int64_t iterations = 0;
    double loss = 0; ///< mean cross-entropy plus l2 / 2 |weight|²
};

/// Minimises mean cross-entropy + l2 / 2 |weight|² by L-BFGS (Liu, Nocedal 1989) to its minimum, which is unique, from
/// `start` or zero. features (N, D), labels below `classes`. Reports the loss by iteration as "train_loss".
/// Throws Error{Cancelled} within one iteration.
HeadFit fitSoftmaxHead(const at::Tensor& features, std::span<const std::int64_t> labels, std::int64_t classes, double l2,
                       const SoftmaxHead* start, ProgressSink& progress, const std::stop_token& stop);

/// Job "train/head": embeds every row once with the frozen encoder, fits the head for each strength of `C`
/// (inverse of l2 times rows, as scikit-learn has it), keeps the one that the dev rows like best.
Json trainHead(JobContext& context, const PredictorRegistry& predictors);

/// Opens an artefact of kind "head": head.safetensors and the encoder that triptych.json names.
std::unique_ptr<Predictor> openHead(const std::filesystem::path& folder, const ArtefactInfo& info);

} // namespace triptych
