#include "interop/export_model.h"

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/wall_clock.h"
#include "formats/gguf.h"
#include "formats/safetensors_set.h"
#include "interop/export_proof.h"
#include "interop/export_writers.h"
#include "interop/model_folder.h"
#include "models/decoder.h"
#include "models/lora_adapter.h"
#include "text/json_fields.h"

#include <ATen/core/grad_mode.h>
#include <c10/util/Exception.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <unistd.h>

namespace triptych {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kMaxConfigBytes = 16u << 20;
constexpr int kProofFormat = 2;
constexpr std::int64_t kProofSteps = 4; ///< the source, the weights in their new form, those rounded, the second process
constexpr double kTolerance = 1e-4; ///< of the greatest output: both sides compute the same on the same values
constexpr std::string_view kSection = "## Export proof";
constexpr const char* kNothingLeft = "Nothing was left there. Another format may have a form for what differs.";

constexpr ExportType kTypes[] = {{"f32", GgmlType::F32, 0, 0}, {"f16", GgmlType::F16, 1, kMostKlF16}, {"bf16", GgmlType::BF16, 32, kMostKlBF16}, {"q8_0", GgmlType::Q8_0, 7, kMostKlQ8_0}, {"q4_0", GgmlType::Q4_0, 2, kMostKlQ4_0}};

const ExportType& typeNamed(std::string_view word, ExportFormat format) {
    const auto found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const ExportType& type) { return type.word == word; });
    const bool packed = found != std::end(kTypes) && (found->type == GgmlType::Q8_0 || found->type == GgmlType::Q4_0);
    const bool fits = found != std::end(kTypes) && (format == ExportFormat::Gguf ? packed || found->type == GgmlType::F16 : !packed);
    if (!fits) {
        throw Error(ErrorCode::InvalidArgument,
                    format == ExportFormat::Gguf ? fmt::format("a GGUF file is written as f16, q8_0 or q4_0, not '{}'", word)
                                                 : fmt::format("a Hugging Face folder is written as f32, f16 or bf16, not '{}'", word));
    }
    return *found;
}

/// `room`: a folder for what is merged.
ExportSource openSource(const ExportRequest& request, const fs::path& room, ProgressSink& progress, const std::stop_token& stop) {
    ExportSource source;
    const fs::path folder = request.model;
    const bool adapter = isAdapterFolder(folder);
    if (fs::is_directory(folder)) {
        const ModelSummary summary = describeModelFolder(folder);
        if (summary.architecture.starts_with("triptych_") || (!adapter && !fs::exists(folder / "config.json") && decoderPath(folder) == folder)) {
            throw Error(ErrorCode::Unsupported, fmt::format("'{}' is a model of the kind '{}', which no other program opens", folder.string(), summary.kind),
                        "Encoders, classifiers, T5 and decoders can be exported.");
        }
        source.licence = summary.licence;
    }
    source.whole = fs::is_directory(folder) ? decoderPath(folder) : folder;
    source.texts = fs::is_directory(folder) ? tokenizerFolder(folder) : folder;
    source.path = adapter ? decoderPath(baseOfAdapter(folder)) : source.whole;
    source.stored = source.path;
    MergedModel merged;
    if (adapter)
        merged = mergeAdapterFolder(folder, progress, stop);
    if (fs::is_directory(source.path)) {
        source.config = adapter ? merged.config : readJsonFile(source.path / "config.json", kMaxConfigBytes);
        source.decoder = isDecoderFamily(source.config);
        if (source.decoder && !adapter)
            source.own = std::make_unique<SafetensorsDecoderWeights>(source.path);
        if (!source.decoder && adapter) {
            writeMerged(folder, source.path, merged, room);
            source.whole = source.path = source.texts = room;
        }
    } else {
        source.decoder = true;
        source.gguf = std::make_shared<const GgufFile>(source.path);
        if (source.licence.empty())
            source.licence = source.gguf->string("general.license", "");
    }
    if (source.decoder) {
        source.shape = readDecoderConfig(source.whole);
        if (adapter)
            source.own = std::make_unique<NamedDecoderWeights>(std::move(merged.weights), folder.string());
        else if (source.gguf)
            source.own = std::make_unique<GgufDecoderWeights>(source.gguf, *source.shape, source.path.string());
        source.weights = request.weights ? request.weights : source.own.get();
    }
    return source;
}

/// The type that most bytes of a folder's weights have, if it is one that is written.
std::string storedType(const ExportSource& source) {
    if (!source.isFolder())
        return "f32";
    std::map<DType, std::size_t> bytes;
    const SafetensorsSet set(source.stored);
    for (const auto& [unused, view] : set.tensors())
        bytes[view.dtype] += view.data.size();
    const DType most = std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->first;
    return most == DType::F16 ? "f16" : most == DType::BF16 ? "bf16" : "f32";
}

/// What exports of this computer end their names with while they are made, but for the number of the process.
std::string passingMark() { return fmt::format(".{}.", hostName()); }
constexpr std::string_view kPassing = ".exporting";

/// Removes what exports left in a folder whose processes were killed.
void removeLeftovers(const fs::path& folder) {
    std::error_code ignored;
    std::vector<fs::path> dead;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        std::string name = entry.path().filename().string();
        if (!name.starts_with('.') || !name.ends_with(kPassing))
            continue;
        name.resize(name.size() - kPassing.size());
        const std::size_t end = name.find_last_not_of("0123456789") + 1;
        std::int64_t pid = 0;
        const auto [last, error] = std::from_chars(name.data() + end, name.data() + name.size(), pid);
        if (error == std::errc() && std::string_view(name).substr(0, end).ends_with(passingMark()) && !isProcessAlive(pid))
            dead.push_back(entry.path());
    }
    for (const fs::path& path : dead)
        fs::remove_all(path, ignored);
}

/// A folder beside the target that goes away again unless it was emptied.
class Workplace {
public:
    explicit Workplace(const fs::path& out)
        : m_path(out.parent_path() / fmt::format(".{}{}{}{}", out.filename().string(), passingMark(), ::getpid(), kPassing)) {
        removeLeftovers(out.parent_path());
        std::error_code error;
        fs::remove_all(m_path, error);
        if (!fs::create_directory(m_path, error))
            throw Error(ErrorCode::Io, fmt::format("cannot make a folder in '{}': {}", out.parent_path().string(), error.message()), "Check the permissions of the folder.");
    }
    ~Workplace() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    Workplace(const Workplace&) = delete;
    Workplace& operator=(const Workplace&) = delete;
    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

/// What this process makes of the questions: `transcript`, the drift where rounding changed weights, and how far outputs of the weights
/// are off from the source's own before they are rounded, as a share of the greatest one. Both of decoders.
struct Golden {
    Json questions, transcript, drift, sourceDifference;
};

/// Logits of each prompt alone.
std::vector<at::Tensor> logitsOf(const ProofModel& model, const Json& questions, const std::stop_token& stop) {
    std::vector<at::Tensor> logits;
    for (const Json& prompt : questions["prompts"]) {
        throwIfStopped(stop);
        logits.push_back(model.answer(prompt.get<std::vector<std::int32_t>>(), 0).logits);
    }
    return logits;
}

/// Throws where the file's form changes more than precision: a weight in the wrong place, of another base, without its adapter.
void checkSame(const ExportSource& source, const Json& off) {
    if (const double share = off.get<double>(); !(share <= kTolerance)) {
        throw Error(ErrorCode::Corrupt, fmt::format("the weights to be written give other outputs than '{}' itself: they are off by {:.3g} of the greatest, where {:g} is allowed",
                                                    source.whole.string(), share, kTolerance), kNothingLeft);
    }
}

Golden goldenOf(const ExportSource& source, ExportFormat format, const ExportType& type, const std::vector<StoredWeight>& layout, const TensorSeals& seals, ProgressSink& progress,
                const std::stop_token& stop) {
    Golden golden;
    const auto report = [&](std::int64_t done) { progress.progress({done, kProofSteps, "steps", "prove"}); };
    report(0);
    if (!source.decoder) {
        const auto model = openProofModel(source.whole, type.type);
        golden.questions = proofQuestions(*model, source.texts);
        golden.transcript = proofTranscript(*model, source.texts, seals, golden.questions, stop);
        report(kProofSteps - 1);
        return golden;
    }
    // One after the other: each takes the memory of all weights.
    std::vector<at::Tensor> before;
    {
        const auto model = proofModelOf(isAdapterFolder(source.whole) ? openDecoder(source.whole) : Decoder(*source.shape, *source.own));
        golden.questions = proofQuestions(*model, source.texts);
        before = logitsOf(*model, golden.questions, stop);
    }
    report(1);
    DecoderConfig shape = *source.shape;
    shape.normOffset = format == ExportFormat::HuggingFace && shape.model_type == "gemma3_text" ? 1 : 0; // as the file's reader has it
    if (type.type != GgmlType::F32) {
        std::vector<StoredWeight> whole = layout;
        for (StoredWeight& weight : whole)
            weight.type = GgmlType::F32;
        const auto model = proofModelOf(Decoder(shape, ExportedWeights(*source.weights, whole)));
        golden.sourceDifference = proofDrift(golden.questions, before, logitsOf(*model, golden.questions, stop))["largest_share"];
        checkSame(source, golden.sourceDifference);
    }
    report(2);
    const auto model = proofModelOf(Decoder(shape, ExportedWeights(*source.weights, layout)));
    std::vector<at::Tensor> after;
    golden.transcript = proofTranscript(*model, source.texts, seals, golden.questions, stop, &after);
    const Json drift = proofDrift(golden.questions, before, after);
    if (type.type == GgmlType::F32) {
        golden.sourceDifference = drift["largest_share"];
        checkSame(source, golden.sourceDifference);
    } else if (const double kl = drift["mean_kl"].get<double>(); !(kl <= type.mostKl)) {
        throw Error(ErrorCode::Corrupt, fmt::format("rounding the weights of '{}' to {} costs a mean KL divergence of {:.3g} nats, where {:g} is allowed", source.whole.string(),
                                                    type.word, kl, type.mostKl), "Nothing was left there. Choose a type that holds more.");
    } else {
        golden.drift = drift;
    }
    report(kProofSteps - 1);
    return golden;
}

void failIfDifferent(const ProofComparison& comparison, const fs::path& out) {
    if (!comparison.differences.empty())
        throw Error(ErrorCode::Corrupt, fmt::format("the export to '{}' failed its proof: {}", out.string(), joinedDifferences(comparison.differences)), kNothingLeft);
}

std::string cardSection(const Json& proof) {
    std::string text = fmt::format("{}\n\nWritten by Triptych from `{}` as {}. A second process opened these files and gave, for {} prompts, the same token ids, the "
                                   "same chat texts, the same ends of text and the same greedy tokens as the source with weights rounded in the same way; outputs "
                                   "differed by at most {:.2g} of the greatest one ({:g} is allowed), and all {} tensors hold the bytes that were meant.\n",
                                   kSection, proof["source"].get<std::string>(), proof["type"].get<std::string>(), proof["questions"]["prompts"].size(),
                                   proof["largest_difference"].get<double>(), proof["tolerance"].get<double>(), proof["expected"]["tensors"].size());
    if (const Json& drift = proof["drift"]; drift.is_object()) {
        text += fmt::format("\nWhat the rounding costs: a mean KL divergence of {:.3g} nats from the source over {} positions", drift["mean_kl"].get<double>(),
                            drift["positions"].get<std::int64_t>());
        if (drift["perplexity"].is_number())
            text += fmt::format("; perplexity of the prompts {:.4g} instead of {:.4g}", drift["perplexity"].get<double>(), drift["source_perplexity"].get<double>());
        text += ".\n";
    }
    for (const Json& note : proof["notes"])
        text += fmt::format("\n- {}\n", note.get<std::string>());
    return text + fmt::format("\nThe proof is in `{}`; `triptych-cli model verify PATH` repeats it.\n", kExportProofFile);
}

void writeCard(const fs::path& folder, const std::string& name, const std::string& licence, const Json& proof) {
    const fs::path file = folder / "README.md";
    std::string text = fs::exists(file) ? readFile(file, kMaxConfigBytes)
                                        : (licence.empty() ? std::string() : fmt::format("---\nlicense: {}\n---\n\n", licence)) + fmt::format("# {}\n", name);
    // A proof of an earlier export goes, up to the next heading.
    if (const std::size_t old = text.find(kSection); old != std::string::npos) {
        const std::size_t end = text.find("\n## ", old);
        text.erase(old, end == std::string::npos ? std::string::npos : end + 1 - old);
    }
    while (text.ends_with('\n'))
        text.pop_back();
    atomicWrite(file, text + "\n\n" + cardSection(proof));
}

fs::path checkedTarget(const ExportRequest& request) {
    fs::path out = fs::absolute(request.out).lexically_normal();
    if (!out.has_filename())
        out = out.parent_path();
    if (request.format == ExportFormat::Gguf && out.extension() != ".gguf")
        throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' does not end in '.gguf', by which a GGUF file is known", out.string()));
    if (!fs::is_directory(out.parent_path()))
        throw Error(ErrorCode::NotFound, fmt::format("there is no folder '{}'", out.parent_path().string()), "Make it first, or choose another place.");
    for (const fs::path& path : {out, fs::path(out.string() + ".proof.json")}) {
        if (fs::exists(fs::symlink_status(path)) && (path == out || request.format == ExportFormat::Gguf))
            throw Error(ErrorCode::AlreadyExists, fmt::format("'{}' is there already", path.string()), "Choose another place, or remove it first.");
    }
    return out;
}

/// sha256 of every file that an export is made of, by their names in its folder; of a GGUF file by none. What says of itself what it
/// is (README.md), and the proof, are left out, and hidden files are no part of a model.
Json hashesOf(const fs::path& exported, const std::stop_token& stop) {
    if (!fs::is_directory(exported))
        return {{"", sha256File(exported)}};
    Json hashes = Json::object();
    for (auto entry = fs::recursive_directory_iterator(exported); entry != fs::recursive_directory_iterator(); ++entry) {
        throwIfStopped(stop);
        const fs::path file = entry->path().lexically_relative(exported);
        if (file.filename().string().starts_with('.'))
            entry.disable_recursion_pending();
        else if (entry->is_regular_file() && file != "README.md" && file != kExportProofFile)
            hashes[file.generic_string()] = sha256File(entry->path());
    }
    return hashes;
}

/// Names of what a model comes from, an adapter and its base, and hashes of their files.
Json origins(const fs::path& model, const std::stop_token& stop) {
    const auto origin = [&](const fs::path& path) {
        Json files = Json::object();
        for (const fs::path& file : fs::is_directory(path) ? modelFiles(path) : std::vector<fs::path>{path.filename()}) {
            throwIfStopped(stop);
            files[file.generic_string()] = sha256File(fs::is_directory(path) ? path / file : path);
        }
        return Json{{"name", fs::absolute(path).lexically_normal().filename().string()}, {"files", files}};
    };
    if (!isAdapterFolder(model))
        return {{"model", origin(model)}};
    return {{"adapter", origin(model)}, {"base", origin(baseOfAdapter(model))}};
}

ExportResult exportChecked(const ExportRequest& request, const fs::path& out, ProgressSink& progress, const std::stop_token& stop) {
    const at::NoGradGuard guard;
    const bool gguf = request.format == ExportFormat::Gguf;
    if (!request.type.empty())
        typeNamed(request.type, request.format);
    const Workplace workplace(out);
    const ExportSource source = openSource(request, workplace.path() / "merged", progress, stop);
    if (gguf && !source.decoder) {
        throw Error(ErrorCode::Unsupported, fmt::format("'{}' is no decoder, and only decoders are written as GGUF files", source.path.string()),
                    "Export it to a Hugging Face folder.");
    }
    const ExportType& type = typeNamed(!request.type.empty() ? request.type : gguf ? "f16" : storedType(source), request.format);

    ExportResult result;
    result.type = type.word;
    std::vector<StoredWeight> layout;
    if (source.decoder)
        layout = gguf ? ggufLayout(*source.shape, type.type, result.notes) : huggingFaceLayout(*source.shape, type.type);
    const fs::path made = workplace.path() / out.filename();
    const TensorSeals seals = gguf ? writeGguf(source, type, layout, request.name, made, result.notes, progress, stop)
                                   : writeHuggingFace(source, type.type, layout, made, progress, stop);
    Golden golden = goldenOf(source, request.format, type, layout, seals, progress, stop);
    throwIfStopped(stop);
    const Json found = askSecondProcess(made, golden.questions, stop);
    const ProofComparison comparison = compareTranscripts(golden.transcript, found, kTolerance);
    failIfDifferent(comparison, out);
    progress.progress({kProofSteps, kProofSteps, "steps", "prove"});

    result.proof = {{"format", kProofFormat},
                    {"made", isoTimeUtc()},
                    {"source", request.name},
                    {"made_from", origins(request.model, stop)},
                    {"file_format", gguf ? "gguf" : "hf"},
                    {"type", type.word},
                    {"notes", result.notes},
                    {"tolerance", kTolerance},
                    {"largest_difference", comparison.largest},
                    {"drift", golden.drift},
                    {"source_difference", golden.sourceDifference},
                    {"questions", std::move(golden.questions)},
                    {"expected", shortenedTranscript(std::move(golden.transcript))}};
    result.proof["files"] = hashesOf(made, stop);
    if (gguf) {
        const fs::path proof = out.string() + ".proof.json";
        writeJsonFile(workplace.path() / "proof.json", result.proof);
        fs::rename(workplace.path() / "proof.json", proof);
        std::error_code error;
        fs::rename(made, out, error);
        if (error) {
            std::error_code ignored;
            fs::remove(proof, ignored);
            throw Error(ErrorCode::Io, fmt::format("cannot make '{}': {}", out.string(), error.message()));
        }
    } else {
        writeJsonFile(made / kExportProofFile, result.proof);
        writeCard(made, request.name, source.licence, result.proof);
        fs::rename(made, out);
    }
    result.path = out;
    result.bytes = sizeOnDisk(out);
    return result;
}

/// Adds a sentence for each file that is another.
void compareFiles(const Json& expected, const Json& found, const fs::path& path, std::vector<std::string>& differences) {
    const auto named = [&](const std::string& name) { return name.empty() ? path.filename().string() : name; };
    for (const auto& [name, hash] : expected.items()) {
        if (!found.contains(name))
            differences.push_back(fmt::format("the file '{}' is missing", named(name)));
        else if (found[name] != hash)
            differences.push_back(fmt::format("the file '{}' holds other bytes", named(name)));
    }
    for (const auto& [name, unused] : found.items()) {
        if (!expected.contains(name))
            differences.push_back(fmt::format("there is a file '{}' that was not written", named(name)));
    }
}

} // namespace

ExportFormat exportFormat(std::string_view word) {
    if (word != "hf" && word != "gguf")
        throw Error(ErrorCode::InvalidArgument, fmt::format("a model is exported as 'hf' or 'gguf', not '{}'", word));
    return word == "hf" ? ExportFormat::HuggingFace : ExportFormat::Gguf;
}

Json exportResultToJson(const ExportResult& result) {
    return {{"path", result.path.string()},
            {"bytes", result.bytes},
            {"type", result.type},
            {"notes", result.notes},
            {"prompts", result.proof.at("questions").at("prompts").size()},
            {"largest_difference", result.proof.at("largest_difference")},
            {"drift", result.proof.at("drift")}};
}

ExportResult exportModel(const ExportRequest& request, ProgressSink& progress, const std::stop_token& stop) {
    const fs::path out = checkedTarget(request);
    try {
        return exportChecked(request, out, progress, stop);
    } catch (const fs::filesystem_error& error) {
        throw Error(ErrorCode::Io, fmt::format("cannot write '{}': {}", out.string(), error.code().message()),
                    error.code() == std::errc::no_space_on_device ? "Free some disk space and try again." : "");
    } catch (const c10::Error& error) {
        throw Error(ErrorCode::Internal, fmt::format("exporting '{}' failed: {}", request.model.string(), error.what_without_backtrace()));
    }
}

ProofCheck verifyExport(const fs::path& path, ProgressSink& progress, const std::stop_token& stop) {
    const bool folder = fs::is_directory(path);
    const fs::path file = folder ? path / kExportProofFile : fs::path(path.string() + ".proof.json");
    if (!fs::exists(path))
        throw Error(ErrorCode::NotFound, fmt::format("there is no '{}'", path.string()));
    if (!fs::exists(file)) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' has no proof: there is no '{}'", path.string(), file.string()),
                    "A proof is written by `triptych-cli model export`.");
    }
    ProofCheck check;
    check.proof = readJsonFile(file, 256u << 20);
    const JsonFields fields(check.proof, file.string());
    fields.integer("format", kProofFormat, kProofFormat);
    const double tolerance = fields.number("tolerance", kTolerance);
    progress.progress({0, 1, "steps", "prove"});
    try {
        const Json& questions = fields.object("questions").json();
        check.prompts = questions.at("prompts").size();
        const ProofComparison comparison = compareTranscripts(fields.object("expected").json(), askSecondProcess(path, questions, stop), tolerance);
        check.differences = comparison.differences;
        check.largest = comparison.largest;
    } catch (const Json::exception&) {
        throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no proof of this version", file.string()));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::Corrupt)
            throw;
        check.differences.push_back(error.message());
    }
    compareFiles(fields.object("files").json(), hashesOf(path, stop), path, check.differences);
    progress.progress({1, 1, "steps", "prove"});
    return check;
}

} // namespace triptych
