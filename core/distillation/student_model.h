#pragma once

#include "models/piece_table.h"
#include "training/rows.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

// Legend: B = sequences, K = labels.

namespace triptych {

struct DistillSettings;
class JobContext;

/// A network that learns from a teacher, as its training sees it: it reads rows of one table, whose gradient comes by rows.
class StudentModel {
public:
    virtual ~StudentModel() = default;
    /// Every weight under the name it is saved by. The tensors are the model's own: changed in place, they change it.
    virtual NamedTensors weights() const = 0;
    virtual std::string table() const = 0; ///< name of the table that the rows are of
    /// Rows of the table for a tokenizer's ids.
    virtual std::vector<std::int64_t> rowsOf(std::span<const std::int32_t> ids) const = 0;
    /// What a row reads as when its word is hidden from the student.
    virtual std::int64_t hidden(std::int64_t row) const = 0;
    /// Logits (B, K), differentiable. `dropout` of rate 0 drops nothing, else the rates are the model's own; `table` as Bert's
    /// WordRows, may be null.
    virtual at::Tensor forward(const PieceBatch& batch, const kernels::DropoutMask& dropout, const WordRows* table) const = 0;
    /// config.json, weights and tokenizer in a folder that is there and empty.
    virtual void save(const std::filesystem::path& folder, const std::vector<std::string>& labels) const = 0;
};

/// What a student is made for and from.
struct StudentPlan {
    const DistillSettings& settings;
    const std::vector<std::string>& labels;
    std::uint64_t seed = 0;
    std::filesystem::path encoder;   ///< the teacher's own folder, or that of the encoder it rests on, which may be an adapter's
    std::filesystem::path tokens;    ///< the folder whose tokenizer the student has: that one, or one of a pruned tokenizer
    const Tokenizer& tokenizer;      ///< of that folder
    std::vector<std::int32_t> kept;  ///< the encoder's ids of a pruned tokenizer's, by new id; empty: all
    const TokenRows& train;          ///< whose pieces the student can tell apart
    std::vector<std::size_t> places; ///< of the labels among the teacher's; empty where the encoder's own head is not the teacher's
};

/// The student of settings.student with random weights: what the control starts from.
std::unique_ptr<StudentModel> randomStudent(const StudentPlan& plan);
/// The same network with what it can take from the teacher: the word table, projected (TextCNN, BiLSTM), the vectors that the
/// encoder makes of single tokens, projected and weighted (static embeddings), whole layers (shrunken transformer). Random
/// where the teacher has none of it, or settings.embedding_from_teacher is off.
std::unique_ptr<StudentModel> taughtStudent(const StudentPlan& plan, JobContext& context);

/// Fills in what follows from the encoder: the longest text it reads and, of a shrunken transformer, the number of layers.
/// Throws Error{InvalidArgument} naming folder and setting if a transformer of that many layers, or with fewer tokens, cannot be
/// shrunk from it.
void fitToEncoder(DistillSettings& settings, const std::filesystem::path& encoder);

/// Which of a teacher's layers a student of fewer layers begins with: the first, the last and those evenly between, 0 2 4 7 9 11 for 6
/// of 12, as DistilBERT has it (Sanh et al. 2019, section 3, and its released script). 1 <= student <= teacher.
std::vector<int> copiedLayers(int teacher, int student);

/// Replaces the last rows of an embedding (pieces + 2, E) by vectors (pieces, H), projected on the directions in which they differ most
/// (principal components) and scaled to the size of what they replace. `weights` (pieces) multiply the projected vectors; may be undefined.
void startTable(const at::Tensor& embedding, const at::Tensor& vectors, const at::Tensor& weights);

/// Smooth inverse frequency a / (a + p) with a = 1e-3 (Arora et al. 2017, section 3): how much each of `vocabulary` counts in a mean,
/// by its share p of the tokens of the rows.
at::Tensor inverseFrequencyWeights(const TokenRows& rows, std::span<const std::int32_t> vocabulary);

} // namespace triptych
