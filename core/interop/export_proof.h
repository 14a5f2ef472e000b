#pragma once

#include "base/json.h"
#include "base/progress.h"
#include "formats/ggml_type.h"
#include "interop/export_weights.h"
#include "models/decoder.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

// Legend: T = tokens of a prompt, V = vocabulary.

namespace triptych {

/// What a model makes of one prompt.
struct ProofAnswer {
    std::vector<float> outputs;       ///< decoders: logits of the last position (V); T5: of the first new token; encoders: labels, or hidden states
    std::vector<std::int32_t> greedy; ///< the likeliest tokens one after another; not of encoders
    at::Tensor logits;                ///< decoders: (T, V)
};

/// A model of any kind, as a proof sees it.
class ProofModel {
public:
    virtual ~ProofModel() = default;
    virtual std::string kind() const = 0; ///< "decoder", "encoder", "seq2seq"
    virtual ProofAnswer answer(std::span<const std::int32_t> ids, int greedy) const = 0;
    virtual int vocabulary() const = 0;
    virtual int maxTokens() const = 0;
    virtual std::vector<std::int32_t> ends() const { return {}; } ///< tokens that end a text, ascending
    virtual Json configuration() const = 0;                       ///< what the arithmetic follows from
};

/// A folder or a GGUF file. `rounded`: with weights as a file of this type gives them back; not of decoders, whose weights
/// ExportedWeights rounds. Throws Error{NotFound | InvalidInput | Unsupported} naming file and key or tensor.
std::unique_ptr<ProofModel> openProofModel(const std::filesystem::path& model, std::optional<GgmlType> rounded = {});
std::unique_ptr<ProofModel> proofModelOf(Decoder decoder);

/// Texts, conversations and prompts that cover what goes wrong with exports; `texts`: where tokenizer and chat template are. A model
/// without a tokenizer is asked in ids.
Json proofQuestions(const ProofModel& model, const std::filesystem::path& texts);

/// All answers to questions: {"tokenizer", "texts", "chats", "template", "ends", "configuration", "tensors", "prompts"}; outputs in
/// full. `logits` takes each prompt's (T, V). Throws Error{Cancelled}.
Json proofTranscript(const ProofModel& model, const std::filesystem::path& texts, const TensorSeals& seals, const Json& questions,
                     const std::stop_token& stop, std::vector<at::Tensor>* logits = nullptr);

/// The same with at most some thousand outputs a prompt, to be kept.
Json shortenedTranscript(Json transcript);

struct ProofComparison {
    std::vector<std::string> differences; ///< a sentence each
    double largest = 0;                   ///< difference of outputs, as a share of the prompt's greatest output
};
/// `expected` may be shortened. Outputs may differ by `tolerance` of the greatest one of their prompt.
ProofComparison compareTranscripts(const Json& expected, const Json& found, double tolerance);

/// The first few of them in one sentence, and how many more there are.
std::string joinedDifferences(const std::vector<std::string>& differences);

/// What rounding of the weights costs: mean KL divergence in nats over all positions, perplexities, largest difference of a logit,
/// also as a share of the source's greatest, over the prompts that are texts if there are any. One (T, V) a prompt on either side;
/// `questions` as above.
Json proofDrift(const Json& questions, const std::vector<at::Tensor>& source, const std::vector<at::Tensor>& exported);

/// Has another process (the engine) open the model and answer. Throws Error{Corrupt} with what it said of the files if it could not use
/// them, {WorkerDied} if it ended without an answer, {OutOfMemory | Io | Internal} if it says so, {Cancelled}.
Json askSecondProcess(const std::filesystem::path& model, const Json& questions, const std::stop_token& stop);
/// That process's part: `folder` holds questions.json and gets answers.json. It ends with the one that asked.
void answerInSecondProcess(const std::filesystem::path& folder);

} // namespace triptych
