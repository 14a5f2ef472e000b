#include "jobs/run_directory.h"

#include "base/error.h"

#include <fmt/format.h>

#include <array>

namespace triptych {

namespace {

constexpr std::array<std::string_view, 8> kStateNames = {"queued",    "running", "paused",      "cancelling",
                                                         "cancelled", "failed",  "interrupted", "done"};

/// Reads the fields of spec.json; every complaint names the file and the field.
class FieldReader {
public:
    FieldReader(const Json& value, std::string_view source) : m_value(value), m_source(source) {
        if (!value.is_object())
            fail("", "is not a JSON object");
    }

    [[noreturn]] void fail(std::string_view field, std::string_view problem) const {
        const std::string message = field.empty() ? fmt::format("'{}' {}", m_source, problem)
                                                  : fmt::format("'{}': field \"{}\" {}", m_source, field, problem);
        throw Error(ErrorCode::InvalidInput, message, "A run's spec.json is written when the run is made; make the run again.");
    }
    std::string text(const char* field, bool required) const {
        const auto found = m_value.find(field);
        if (found == m_value.end() || found->is_null()) {
            if (required)
                fail(field, "is missing");
            return {};
        }
        if (!found->is_string())
            fail(field, "is not a string");
        std::string value = found->get<std::string>();
        if (value.find('\0') != std::string::npos)
            fail(field, "holds a NUL character");
        return value;
    }
    /// A word that becomes part of a path or a key.
    std::string word(const char* field) const {
        std::string value = text(field, true);
        const auto isAllowed = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        };
        if (value.empty() || value.front() == '.' || value.size() > 200 || !std::all_of(value.begin(), value.end(), isAllowed))
            fail(field, fmt::format("is '{}'; allowed are letters, digits, '-', '_' and '.'", value));
        return value;
    }
    std::map<std::string, std::string> textMap(const char* field) const {
        std::map<std::string, std::string> result;
        const auto found = m_value.find(field);
        if (found == m_value.end() || found->is_null())
            return result;
        if (!found->is_object())
            fail(field, "is not an object");
        for (const auto& [key, entry] : found->items()) {
            if (!entry.is_string())
                fail(fmt::format("{}.{}", field, key), "is not a string");
            result[key] = entry.get<std::string>();
        }
        return result;
    }
    std::vector<std::string> textList(const char* field) const {
        std::vector<std::string> result;
        const auto found = m_value.find(field);
        if (found == m_value.end() || found->is_null())
            return result;
        if (!found->is_array())
            fail(field, "is not an array");
        for (const Json& entry : *found) {
            if (!entry.is_string())
                fail(field, "holds something that is not a string");
            result.push_back(entry.get<std::string>());
        }
        return result;
    }
    const Json* find(const char* field) const {
        const auto found = m_value.find(field);
        return found == m_value.end() || found->is_null() ? nullptr : &*found;
    }

private:
    const Json& m_value;
    std::string_view m_source;
};

} // namespace

std::string_view runStateName(RunState state) { return kStateNames[static_cast<std::size_t>(state)]; }

RunState runStateFromName(std::string_view name) {
    for (std::size_t i = 0; i < kStateNames.size(); ++i) {
        if (kStateNames[i] == name)
            return static_cast<RunState>(i);
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not the state of a run", name));
}

bool isFinal(RunState state) {
    return state == RunState::Cancelled || state == RunState::Failed || state == RunState::Done;
}

Json runSpecToJson(const RunSpec& spec) {
    return {{"version", 1},
            {"id", spec.id},
            {"kind", spec.kind},
            {"method", spec.method},
            {"title", spec.title},
            {"created", spec.created},
            {"dataset", spec.dataset},
            {"dataset_hash", spec.dataset_hash},
            {"labels", spec.labels},
            {"label_descriptions", spec.label_descriptions},
            {"inputs", spec.inputs},
            {"input_hashes", spec.input_hashes},
            {"models", spec.models},
            {"model_names", spec.model_names},
            {"settings", spec.settings},
            {"seed", spec.seed},
            {"threads", spec.threads},
            {"out", spec.out}};
}

RunSpec runSpecFromJson(const Json& value, std::string_view source) {
    const FieldReader fields(value, source);
    if (const Json* version = fields.find("version"); version && *version != 1)
        fields.fail("version", fmt::format("is {}; this version reads 1", dumpJson(*version)));
    RunSpec spec;
    spec.id = fields.word("id");
    spec.kind = fields.word("kind");
    spec.method = fields.word("method");
    spec.title = fields.text("title", false);
    spec.created = fields.text("created", false);
    spec.dataset = fields.text("dataset", false);
    spec.dataset_hash = fields.text("dataset_hash", false);
    spec.labels = fields.textList("labels");
    spec.label_descriptions = fields.textMap("label_descriptions");
    spec.inputs = fields.textMap("inputs");
    for (const auto& [role, file] : spec.inputs) {
        const std::filesystem::path path = std::filesystem::path(file).lexically_normal();
        if (file.empty() || file.find('\0') != std::string::npos || path.is_absolute() || *path.begin() == "..")
            fields.fail(fmt::format("inputs.{}", role), fmt::format("is '{}', which is not a file below the run's folder", file));
    }
    spec.input_hashes = fields.textMap("input_hashes");
    spec.models = fields.textMap("models");
    for (const auto& [role, folder] : spec.models) {
        if (folder.find('\0') != std::string::npos || !std::filesystem::path(folder).is_absolute())
            fields.fail(fmt::format("models.{}", role), fmt::format("is '{}', which is not an absolute path", folder));
    }
    spec.model_names = fields.textMap("model_names");
    if (const Json* settings = fields.find("settings")) {
        if (!settings->is_object())
            fields.fail("settings", "is not an object");
        spec.settings = *settings;
    }
    if (const Json* seed = fields.find("seed")) {
        if (!seed->is_number_integer() || (!seed->is_number_unsigned() && seed->get<std::int64_t>() < 0))
            fields.fail("seed", "is not a whole number of at least 0");
        spec.seed = seed->get<std::uint64_t>();
    }
    if (const Json* threads = fields.find("threads")) {
        if (!threads->is_number_integer() || *threads < 1 || *threads > 1024)
            fields.fail("threads", fmt::format("is {}; allowed are 1 to 1024", dumpJson(*threads)));
        spec.threads = threads->get<int>();
    }
    spec.out = fields.text("out", false);
    return spec;
}

} // namespace triptych
