#include "distillation/shrunken_student.h"

#include "base/error.h"
#include "base/random.h"
#include "distillation/student.h"
#include "formats/safetensors_set.h"
#include "interop/hugging_face.h"
#include "models/config_fields.h"
#include "models/lora_adapter.h"
#include "models/sequence_classifier.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxConfigBytes = 16u << 20;
constexpr double kInitialDeviation = 0.02;

BertConfig configOf(const fs::path& encoder) { return bertConfigFromJson(modelConfig(encoder), (baseFolder(encoder) / "config.json").string()); }

template <typename Number>
at::Tensor wholeNumbers(const std::vector<Number>& values) {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::TensorOptions().dtype(at::kLong));
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
    return tensor;
}

class ShrunkenStudent final : public StudentModel {
public:
    ShrunkenStudent(SequenceClassifier classifier, const StudentPlan& plan)
        : m_classifier(std::move(classifier)), m_encoder(plan.encoder), m_tokens(plan.tokens), m_kept(plan.kept), m_tokenizer(plan.tokenizer) {
        for (const char* unknown : {"[UNK]", "<unk>"})
            m_unknown = m_unknown ? m_unknown : plan.tokenizer.tokenId(unknown);
    }

    NamedTensors weights() const override { return m_classifier.weights(); }
    std::string table() const override { return std::string(m_classifier.bert().config().family->prefix) + "embeddings.word_embeddings.weight"; }
    std::vector<std::int64_t> rowsOf(std::span<const std::int32_t> ids) const override { return {ids.begin(), ids.end()}; }
    std::int64_t hidden(std::int64_t row) const override { // the first token is what the head reads
        return m_unknown && !m_tokenizer.isSpecial(static_cast<std::int32_t>(row)) ? *m_unknown : row;
    }
    at::Tensor forward(const PieceBatch& batch, const kernels::DropoutMask& dropout, const WordRows* table) const override {
        const auto* rows = batch.rows.const_data_ptr<std::int64_t>();
        std::vector<Encoding> encodings(static_cast<std::size_t>(batch.sequences()));
        std::vector<const Encoding*> pointers;
        for (std::size_t i = 0; i < encodings.size(); ++i) {
            for (std::int64_t k = batch.starts[i]; k < batch.starts[i + 1]; ++k)
                encodings[i].ids.push_back(static_cast<std::int32_t>(rows[k]));
            pointers.push_back(&encodings[i]);
        }
        return m_classifier.logits(m_classifier.bert().pack(pointers), dropout, table);
    }
    void save(const fs::path& folder, const std::vector<std::string>& labels) const override {
        const BertConfig& config = m_classifier.bert().config();
        std::map<std::string, std::int64_t> changes = {{std::string(config.family->num_hidden_layers), config.num_hidden_layers}};
        if (!m_kept.empty()) {
            changes["vocab_size"] = config.vocab_size;
            const Json ofEncoder = modelConfig(m_encoder);
            for (const auto& [key, value] : ofEncoder.items()) {
                const auto place = value.is_number_integer() ? std::find(m_kept.begin(), m_kept.end(), value.get<std::int64_t>()) : m_kept.end();
                if (key.ends_with("_token_id") && place != m_kept.end())
                    changes[key] = place - m_kept.begin();
            }
        }
        saveSequenceClassifier(folder, m_encoder, m_classifier.weights(), labels, changes);
        if (!m_kept.empty())
            copyTokenizer(m_tokens, folder);
    }

private:
    SequenceClassifier m_classifier;
    fs::path m_encoder, m_tokens;
    std::vector<std::int32_t> m_kept;
    const Tokenizer& m_tokenizer;
    std::optional<std::int32_t> m_unknown;
};

/// "encoder.layer.1.output.dense.weight" to the same part of another layer; other names stay.
std::string nameInTeacher(const std::string& name, const BertFamily& family, const std::vector<int>& layers) {
    if (!name.starts_with(family.layer))
        return name;
    const std::size_t end = name.find('.', family.layer.size());
    const int layer = std::stoi(name.substr(family.layer.size(), end - family.layer.size()));
    return fmt::format("{}{}{}", family.layer, layers[static_cast<std::size_t>(layer)], name.substr(end));
}

SequenceClassifier randomClassifier(const BertConfig& config, std::int64_t labels, std::uint64_t seed) {
    const BertFamily& family = *config.family;
    const std::string prefix(family.prefix);
    const TensorShapes ofBody = bertShapes(config);
    NamedTensors body, head;
    Random seeds(seed);
    for (const auto& [name, shape] : classifierShapes(config, labels)) {
        const std::uint64_t own = seeds.next();
        const auto options = at::TensorOptions().dtype(at::kFloat);
        at::Tensor tensor = at::zeros(shape, options);
        if (shape.size() > 1)
            fillNormal(tensor, kInitialDeviation, own);
        else if (name.ends_with(".weight")) // a norm's gain
            tensor = at::ones(shape, options);
        const std::string bare = name.starts_with(prefix) ? name.substr(prefix.size()) : name;
        (ofBody.contains(bare) ? body[bare] : head[name]) = std::move(tensor);
    }
    return SequenceClassifier(Bert(config, std::move(body), "a new transformer"), head, "a new transformer");
}

} // namespace

bool holdsEncoder(const fs::path& folder) {
    const fs::path base = baseFolder(folder), file = base / "config.json";
    if (!hasSafetensors(base) || !fs::exists(file))
        return false;
    const Json config = readJsonFile(file, kMaxConfigBytes);
    return bertFamily(configFields(config, file.string()).string("model_type", "bert"));
}

std::vector<int> copiedLayers(int teacher, int student) {
    std::vector<int> layers;
    for (int i = 0; i < student; ++i)
        layers.push_back(student == 1 ? 0 : static_cast<int>(std::lround(static_cast<double>(i) * (teacher - 1) / (student - 1))));
    return layers;
}

void fitToEncoder(DistillSettings& settings, const fs::path& encoder) {
    if (settings.student != "shrunken")
        return;
    if (!holdsEncoder(encoder)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the student 'shrunken' is made of its teacher's layers, but '{}' is no transformer of the BERT family", encoder.string()),
                    "Choose a fine-tuned encoder as the teacher, or another student.");
    }
    const BertConfig config = configOf(encoder);
    if (settings.prune_vocabulary && config.family->positions_by_padding) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the setting 'prune_vocabulary' is true, but '{}' counts positions from the id of the padding token, which pruning can move",
                                encoder.string()),
                    "Set it to false, or choose a teacher of the kind of BERT.");
    }
    if (settings.num_hidden_layers > config.num_hidden_layers) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the setting 'num_hidden_layers' is {}, but the teacher in '{}' has {} layers", settings.num_hidden_layers,
                                encoder.string(), config.num_hidden_layers),
                    "Name fewer layers than the teacher has.");
    }
    if (settings.num_hidden_layers == 0)
        settings.num_hidden_layers = (config.num_hidden_layers + 1) / 2;
    settings.train.max_length = std::min<std::int64_t>(settings.train.max_length, config.maxTokens());
}

std::unique_ptr<StudentModel> shrunkenStudent(const StudentPlan& plan, bool taught) {
    BertConfig config = configOf(plan.encoder);
    const int whole = config.num_hidden_layers;
    const auto labels = static_cast<std::int64_t>(plan.labels.size());
    config.num_hidden_layers = plan.settings.num_hidden_layers;
    if (!plan.kept.empty())
        config.vocab_size = static_cast<int>(plan.kept.size());
    SequenceClassifier classifier = randomClassifier(config, labels, plan.seed);
    if (taught) {
        const BertFamily& family = *config.family;
        const std::vector<int> layers = copiedLayers(whole, config.num_hidden_layers);
        NamedTensors others, body;
        const Bert teacher = openBert(plan.encoder, &others);
        for (const auto& [name, tensor] : classifier.bert().weights())
            body[name] = teacher.weights().at(nameInTeacher(name, family, layers));
        if (!plan.kept.empty()) {
            at::Tensor& words = body.at("embeddings.word_embeddings.weight");
            words = at::index_select(words, 0, wholeNumbers(plan.kept));
        }
        const std::string dense(family.head_dense), out(family.head_out);
        NamedTensors head = classifier.weights(); // what the teacher lacks stays random
        const auto take = [&](const std::string& name) {
            const auto found = others.find(name);
            if (found != others.end())
                head[name] = found->second;
        };
        const bool own = !plan.places.empty() && others.contains(out + ".weight") && others.contains(out + ".bias");
        if (own || dense.starts_with(family.prefix)) { // an encoder's pooler is a part of its body, another task's head is not for this one
            take(dense + ".weight");
            take(dense + ".bias");
        }
        if (own) {
            const at::Tensor places = wholeNumbers(plan.places);
            for (const char* part : {".weight", ".bias"})
                head[out + part] = at::index_select(others.at(out + part), 0, places);
        }
        classifier = SequenceClassifier(Bert(config, std::move(body), plan.encoder.string()), head, plan.encoder.string());
    }
    return std::make_unique<ShrunkenStudent>(std::move(classifier), plan);
}

} // namespace triptych
