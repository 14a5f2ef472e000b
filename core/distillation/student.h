#pragma once

#include "models/textcnn.h"
#include "training/adamw.h"
#include "training/loop.h"

#include <vector>

namespace triptych {

struct DistillSettings {
    TrainSettings train;
    double temperature = 3;
    double kd_loss_weight = 0.5;
    double hard_label_weight = 1;
    int variants = 2;           ///< unlabelled variants of each training text that the teacher labels
    double variant_share = 0.25; ///< of the rows of each step
    bool embedding_from_teacher = true; ///< the student starts with the teacher's word table, projected
    double word_dropout = 0.1; ///< pieces of the input replaced by the unknown one, in student and control alike
    int embedding_size = 128;
    int filters = 128;
    double dropout = 0.5;
};
/// `rows`: training rows; a small set gets more epochs by default, so that it gets enough steps.
/// Throws Error{InvalidArgument} naming the setting.
DistillSettings distillSettingsFromJson(const Json& value, std::int64_t rows = 0);
Json distillSettingsToJson(const DistillSettings& settings);

/// Rows for a student: pieces, label, and where a teacher is at hand its logits.
struct StudentRows {
    std::vector<std::vector<std::int64_t>> pieces;   ///< of the training rows
    std::vector<std::int64_t> labels;
    std::vector<std::vector<std::int64_t>> variants; ///< variants of row i from i · DistillSettings::variants on
    at::Tensor teacher;                              ///< logits (rows + variants, K); undefined for the control
};

/// Trains a TextCNN from hard labels and a teacher's logits; without a teacher from hard labels alone, with the
/// same number of steps, rows a step and noise.
class StudentLearner final : public Learner {
public:
    StudentLearner(TextCnn model, const StudentRows& train, const StudentRows& dev, const DistillSettings& settings, std::uint64_t seed);

    StepReport learn(std::int64_t step, std::span<const std::int64_t> rows, double learningRate) override;
    std::optional<DevReport> evaluateDev(const std::stop_token& stop) override;
    NamedTensors state() const override;
    void restore(const NamedTensors& state, std::int64_t step) override;

    const TextCnn& model() const { return m_model; }

private:
    TextCnn m_model;
    const StudentRows& m_train;
    const StudentRows& m_dev;
    DistillSettings m_settings;
    std::uint64_t m_seed;
    NamedTensors m_weights; ///< all but the embedding
    at::Tensor m_embedding;
    AdamW m_optimizer;
};

/// Replaces the student's random embedding by the teacher's word table (V, H), projected on the directions in which the
/// known pieces differ most (principal components) and scaled to the size of the random one.
void startFromTeacherTable(TextCnn& student, const at::Tensor& table);

/// Logits (N, K) without dropout.
at::Tensor classifyPieces(const TextCnn& model, const std::vector<std::vector<std::int64_t>>& pieces, const std::stop_token& stop);

} // namespace triptych
