#include "selection/decision.h"

#include "base/error.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace triptych {

namespace {

constexpr std::array<std::string_view, 5> kTechniqueNames = {"zero_shot", "rag", "fine_tune", "distill", "hybrid"};

struct YesNoField {
    const char* key;
    std::optional<bool> Answers::* field;
};
constexpr YesNoField kYesNoFields[] = {{"knowledge_must_be_fresh", &Answers::knowledge_must_be_fresh},
                                       {"enough_labels", &Answers::enough_labels},
                                       {"must_be_small", &Answers::must_be_small},
                                       {"zero_shot_good_enough", &Answers::zero_shot_good_enough}};
struct NumberField {
    const char* key;
    std::optional<double> Answers::* field;
};
constexpr NumberField kNumberFields[] = {{"update_interval_days", &Answers::update_interval_days},
                                         {"max_bytes", &Answers::max_bytes},
                                         {"max_latency_ms", &Answers::max_latency_ms}};

[[noreturn]] void refuse(std::string_view key, std::string_view problem) {
    throw Error(ErrorCode::InvalidInput, fmt::format("answers: \"{}\" {}", key, problem),
                "The keys are knowledge_must_be_fresh, update_interval_days, enough_labels, must_be_small, max_bytes, "
                "max_latency_ms and zero_shot_good_enough; all may be left out.");
}

bool takeYesNo(Answers& answers, const std::string& key, const Json& value) {
    for (const YesNoField& field : kYesNoFields) {
        if (key != field.key)
            continue;
        if (!value.is_boolean())
            refuse(key, fmt::format("is {}, neither true nor false", dumpJson(value)));
        answers.*field.field = value.get<bool>();
        return true;
    }
    return false;
}

bool takeNumber(Answers& answers, const std::string& key, const Json& value) {
    for (const NumberField& field : kNumberFields) {
        if (key != field.key)
            continue;
        if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() <= 0)
            refuse(key, fmt::format("is {}, not a number above 0", dumpJson(value)));
        answers.*field.field = value.get<double>();
        return true;
    }
    return false;
}

} // namespace

std::string_view techniqueName(Technique technique) { return kTechniqueNames[static_cast<std::size_t>(technique)]; }

Technique techniqueFromName(std::string_view name) {
    for (std::size_t i = 0; i < kTechniqueNames.size(); ++i) {
        if (kTechniqueNames[i] == name)
            return static_cast<Technique>(i);
    }
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a technique", name),
                "The techniques are zero_shot, rag, fine_tune, distill and hybrid.");
}

Answers answersFromJson(const Json& value) {
    if (!value.is_object())
        throw Error(ErrorCode::InvalidInput, "the answers are not a JSON object");
    Answers answers;
    for (const auto& [key, entry] : value.items()) {
        // A form that leaves a question open writes null.
        if (!entry.is_null() && !takeYesNo(answers, key, entry) && !takeNumber(answers, key, entry))
            refuse(key, "is not a question");
    }
    return answers;
}

Json answersToJson(const Answers& answers) {
    Json value = Json::object();
    for (const YesNoField& field : kYesNoFields) {
        if (const auto& entry = answers.*field.field)
            value[field.key] = *entry;
    }
    for (const NumberField& field : kNumberFields) {
        if (const auto& entry = answers.*field.field)
            value[field.key] = *entry;
    }
    return value;
}

} // namespace triptych
