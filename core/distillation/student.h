#pragma once

#include "distillation/student_model.h"
#include "models/sentence_modules.h"
#include "training/adamw.h"
#include "training/loop.h"

#include <string>
#include <vector>

namespace triptych {

struct DistillSettings {
    std::string student = "textcnn"; ///< a name of studentKinds()
    TrainSettings train;
    double temperature = 3;
    double kd_loss_weight = 0.5;
    double hard_label_weight = 1;
    int variants = 2;           ///< unlabelled variants of each training text that the teacher labels
    double variant_share = 0.25; ///< of the rows of each step
    bool embedding_from_teacher = true; ///< the student starts with what it can take from the teacher, see taughtStudent()
    double word_dropout = 0.1; ///< pieces of the input replaced by the unknown one, in student and control alike
    int embedding_size = 128;
    double dropout = 0.5;
    int filters = 128;            ///< TextCNN
    int hidden_size = 128;        ///< BiLSTM, of one direction
    int num_layers = 1;           ///< BiLSTM
    Pooling pooling = Pooling::Max; ///< BiLSTM: Max or Mean
    int head_size = 0;            ///< static embeddings: width of a layer between mean and classifier; 0: none
    int num_hidden_layers = 0;    ///< shrunken transformer; 0: half of the teacher's
    bool prune_vocabulary = false; ///< shrunken transformer: it knows only the pieces of the training rows, and single characters
};
/// What is absent comes from the student's row of studentKinds(). `rows`: training rows; a small set gets more epochs by
/// default, so that it gets enough steps. Throws Error{InvalidArgument} naming the setting.
DistillSettings distillSettingsFromJson(const Json& value, std::int64_t rows = 0);
/// Without the settings that are another student's.
Json distillSettingsToJson(const DistillSettings& settings);

/// Rows for a student: pieces, label, and where a teacher is at hand its logits.
struct StudentRows {
    std::vector<std::vector<std::int64_t>> pieces;   ///< of the training rows
    std::vector<std::int64_t> labels;
    std::vector<std::vector<std::int64_t>> variants; ///< variants of row i from i · DistillSettings::variants on
    at::Tensor teacher;                              ///< logits (rows + variants, K); undefined for the control
};

/// Trains a student from hard labels and a teacher's logits; without a teacher from hard labels alone, with the
/// same number of steps, rows a step and noise. Changes the model's weights in place.
class StudentLearner final : public Learner {
public:
    StudentLearner(StudentModel& model, const StudentRows& train, const StudentRows& dev, const DistillSettings& settings, std::uint64_t seed);

    StepReport learn(std::int64_t step, std::span<const std::int64_t> rows, double learningRate) override;
    std::optional<DevReport> evaluateDev(const std::stop_token& stop) override;
    NamedTensors state() const override;
    void restore(const NamedTensors& state, std::int64_t step) override;

private:
    const StudentModel& m_model;
    const StudentRows& m_train;
    const StudentRows& m_dev;
    DistillSettings m_settings;
    std::uint64_t m_seed;
    NamedTensors m_weights; ///< all but the table
    std::string m_tableName;
    at::Tensor m_table;
    AdamW m_optimizer;
};

/// Logits (N, K) without dropout.
at::Tensor classifyPieces(const StudentModel& model, const std::vector<std::vector<std::int64_t>>& pieces, const std::stop_token& stop);

} // namespace triptych
