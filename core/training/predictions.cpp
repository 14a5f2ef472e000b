#include "training/predictions.h"

#include <ATen/ops/softmax.h>

#include <algorithm>

namespace triptych {

std::vector<Prediction> predictionsFromLogits(const at::Tensor& logits, const std::vector<std::string>& labels) {
    const at::Tensor scores = at::softmax(logits, 1).contiguous();
    const float* values = scores.const_data_ptr<float>();
    std::vector<Prediction> predictions(static_cast<std::size_t>(scores.size(0)));
    for (Prediction& prediction : predictions) {
        prediction.scores.assign(values, values + scores.size(1));
        values += scores.size(1);
        const auto best = std::max_element(prediction.scores.begin(), prediction.scores.end()) - prediction.scores.begin();
        prediction.label = labels[static_cast<std::size_t>(best)];
        prediction.confidence = prediction.scores[static_cast<std::size_t>(best)];
    }
    return predictions;
}

} // namespace triptych
