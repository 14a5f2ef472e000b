#include "models/encoder.h"

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "formats/safetensors_set.h"
#include "models/bert.h"
#include "models/finite_outputs.h"
#include "models/lora_adapter.h"
#include "models/sentence_modules.h"
#include "text/gguf_tokenizer.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

// Legend: B = texts of a batch, T = tokens of a batch without padding, H = hidden size.

namespace triptych {

namespace fs = std::filesystem;

namespace {

/// Enough rows that the matrix products run at full speed; small enough that the inner layer stays in the
/// cache of one core and a stop is noticed soon.
constexpr std::size_t kBatchTokens = 2048;
/// Texts that are tokenized before any is encoded: bounds the memory beside the result.
constexpr std::size_t kWindow = 4096;

/// hidden (T, H) to one vector of a sequence, rows [begin, end).
void pool(const float* hidden, std::int64_t begin, std::int64_t end, std::int64_t width, Pooling pooling, float* out) {
    const float* row = hidden + begin * width;
    std::copy(row, row + width, out);
    if (pooling == Pooling::Cls)
        return;
    for (std::int64_t i = begin + 1; i < end; ++i) {
        row += width;
        for (std::int64_t j = 0; j < width; ++j)
            out[j] = pooling == Pooling::Mean ? out[j] + row[j] : std::max(out[j], row[j]);
    }
    if (pooling == Pooling::Mean) {
        for (std::int64_t j = 0; j < width; ++j)
            out[j] /= static_cast<float>(end - begin);
    }
}

void normalize(float* vector, std::int64_t width) {
    double squares = 0;
    for (std::int64_t j = 0; j < width; ++j)
        squares += static_cast<double>(vector[j]) * vector[j];
    // The floor of torch.nn.functional.normalize.
    const double norm = std::max(std::sqrt(squares), 1e-12);
    for (std::int64_t j = 0; j < width; ++j)
        vector[j] = static_cast<float>(vector[j] / norm);
}

int readMaxLength(const fs::path& folder, const SentenceModules& modules, int positions) {
    if (modules.max_seq_length > 0)
        return std::min(modules.max_seq_length, positions);
    return readModelMaxLength(folder, positions);
}

std::uintmax_t neededBytes(const fs::path& folder) {
    if (isAdapterFolder(folder))
        return neededBytes(baseFolder(folder)) + sizeOnDisk(folder / "adapter_model.safetensors");
    std::uintmax_t bytes = SafetensorsSet(folder).bytes();
    for (const char* file : {"config.json", "modules.json", "sentence_bert_config.json", "1_Pooling/config.json"}) {
        if (fs::exists(folder / file))
            bytes += sizeOnDisk(folder / file);
    }
    for (const std::string& file : tokenizerFiles(folder))
        bytes += sizeOnDisk(folder / file);
    return bytes;
}

class BertEncoder final : public Encoder {
public:
    BertEncoder(const fs::path& folder, Precision precision)
        : m_folder(folder.string()), m_bert(openBert(folder, nullptr, precision)), m_tokenizer(Tokenizer::open(tokenizerFolder(folder))), m_modules(readSentenceModules(folderWith(folder, "modules.json"))),
          m_maxLength(readMaxLength(tokenizerFolder(folder), m_modules, m_bert.config().maxTokens())), m_bytes(neededBytes(folder)) {
        if (m_tokenizer->vocabularySize() > m_bert.config().vocab_size) {
            throw Error(ErrorCode::InvalidInput, fmt::format("'{}': the tokenizer has {} tokens, the model's vocab_size is {}", folder.string(),
                                                             m_tokenizer->vocabularySize(), m_bert.config().vocab_size),
                        "Tokenizer and weights must be of the same model.");
        }
    }

    int dimension() const override { return m_bert.config().hidden_size; }
    int maxLength() const override { return m_maxLength; }
    const Tokenizer& tokenizer() const override { return *m_tokenizer; }
    std::uintmax_t bytes() const override { return m_bytes; }

    std::vector<float> embed(std::span<const std::string> texts, const std::stop_token& stop) override {
        const auto width = static_cast<std::size_t>(dimension());
        std::vector<float> vectors(texts.size() * width);
        for (std::size_t begin = 0; begin < texts.size(); begin += kWindow) {
            std::vector<Encoding> encodings;
            for (const std::string& text : texts.subspan(begin, std::min(kWindow, texts.size() - begin))) {
                throwIfStopped(stop);
                encodings.push_back(m_tokenizer->encode(text));
                m_tokenizer->truncate(encodings.back(), m_maxLength);
            }
            embedInto(encodings, vectors.data() + begin * width, stop);
        }
        return vectors;
    }
    std::vector<float> embedTokens(std::span<const Encoding> encodings, const std::stop_token& stop) override {
        std::vector<float> vectors(encodings.size() * static_cast<std::size_t>(dimension()));
        embedInto(encodings, vectors.data(), stop);
        return vectors;
    }

private:
    void embedInto(std::span<const Encoding> encodings, float* vectors, const std::stop_token& stop) {
        std::vector<std::size_t> order(encodings.size());
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return encodings[a].ids.size() > encodings[b].ids.size(); });
        std::vector<const Encoding*> batch;
        std::vector<float*> targets;
        std::size_t tokens = 0;
        for (std::size_t i = 0; i < order.size(); ++i) {
            batch.push_back(&encodings[order[i]]);
            targets.push_back(vectors + order[i] * static_cast<std::size_t>(dimension()));
            tokens += batch.back()->ids.size();
            if (tokens < kBatchTokens && i + 1 < order.size())
                continue;
            throwIfStopped(stop);
            embedBatch(batch, targets);
            batch.clear();
            targets.clear();
            tokens = 0;
        }
    }

    void embedBatch(const std::vector<const Encoding*>& encodings, const std::vector<float*>& targets) {
        try {
            const at::NoGradGuard guard;
            const PackedBatch batch = m_bert.pack(encodings);
            const bool cls = m_modules.pooling == Pooling::Cls;
            const at::Tensor hidden = (cls ? m_bert.firstTokens(batch) : m_bert.forward(batch)).contiguous(); // (B, H) or (T, H)
            const float* values = hidden.const_data_ptr<float>();
            for (std::size_t i = 0; i < targets.size(); ++i) {
                const auto row = static_cast<std::int64_t>(i);
                pool(values, cls ? row : batch.starts[i], cls ? row + 1 : batch.starts[i + 1], dimension(), m_modules.pooling, targets[i]);
                if (m_modules.normalize)
                    normalize(targets[i], dimension());
                requireFiniteOutputs({targets[i], static_cast<std::size_t>(dimension())}, m_folder);
            }
        } catch (const c10::Error& error) {
            throw Error(ErrorCode::Internal, fmt::format("encoding {} texts failed: {}", targets.size(), error.what_without_backtrace()));
        }
    }

    std::string m_folder;
    Bert m_bert;
    std::unique_ptr<Tokenizer> m_tokenizer;
    SentenceModules m_modules;
    int m_maxLength;
    std::uintmax_t m_bytes;
};

} // namespace

std::unique_ptr<Encoder> Encoder::open(const fs::path& folder, Precision precision) {
    if (!fs::exists(folder / "config.json") && !isAdapterFolder(folder) && !ggufFileOf(folder)) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' holds no config.json", folder.string()),
                    "Name a Hugging Face model folder, such as that of all-MiniLM-L6-v2.");
    }
    return std::make_unique<BertEncoder>(folder, precision);
}

} // namespace triptych
