#include "jobs/students.h"

#include "base/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace triptych {

namespace {

constexpr const char* kTextCnn[] = {"dropout", "embedding_size", "filters"};
constexpr const char* kBiLstm[] = {"dropout", "embedding_size", "hidden_size", "num_layers"};
constexpr const char* kStatic[] = {"dropout", "embedding_size", "head_size"};
constexpr const char* kShrunken[] = {"num_hidden_layers"};

constexpr std::array kKinds = {
    StudentKind{"textcnn", 15, 1000, 2e-3, 0.5, kTextCnn},
    StudentKind{"bilstm", 15, 1000, 2e-3, 0.5, kBiLstm},
    StudentKind{"static", 15, 1000, 5e-3, 0.1, kStatic},
    StudentKind{"shrunken", 5, 500, 2e-4, 0, kShrunken}, // it starts from layers that know the task
};

constexpr std::string_view kShrunkenName = "shrunken";
constexpr int kMostLayers = 1000;

} // namespace

std::span<const StudentKind> studentKinds() { return kKinds; }

StudentChoice studentChoice(std::string_view word) {
    const std::size_t dash = word.find('-');
    const std::string_view name = word.substr(0, dash);
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const StudentKind& candidate) { return candidate.name == name; });
    StudentChoice choice{kind == kKinds.end() ? nullptr : &*kind, 0};
    bool good = choice.kind;
    if (dash != std::string_view::npos) {
        const std::string_view number = word.substr(dash + 1);
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), choice.layers);
        good = good && name == kShrunkenName && error == std::errc() && end == number.data() + number.size() && choice.layers >= 1 && choice.layers <= kMostLayers;
    }
    if (!good) {
        std::vector<std::string_view> names;
        for (const StudentKind& candidate : kKinds)
            names.push_back(candidate.name);
        throw Error(ErrorCode::InvalidArgument, fmt::format("the student '{}' is none of {}", word, fmt::join(names, ", ")),
                    fmt::format("A number of layers may stand behind '{0}': {0}-3.", kShrunkenName));
    }
    return choice;
}

std::string studentWord(std::string_view name, int layers) {
    return name == kShrunkenName && layers > 0 ? fmt::format("{}-{}", name, layers) : std::string(name);
}

} // namespace triptych
