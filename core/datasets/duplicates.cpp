#include "datasets/labelled_data.h"

#include "datasets/text_folding.h"

#include <algorithm>
#include <unordered_map>

namespace triptych {

DuplicateReport findDuplicates(const std::vector<Example>& examples) {
    constexpr std::size_t kMaxSamples = 20;
    struct Copies {
        std::array<std::int64_t, 3> bySplit{};
        const std::string* text = nullptr;
        const std::string* label = nullptr;
        bool conflicting = false;
        std::size_t order = 0;
    };
    std::unordered_map<std::string, Copies> texts;
    texts.reserve(examples.size());
    for (const Example& example : examples) {
        auto [it, isNew] = texts.try_emplace(foldedText(example.text));
        Copies& copies = it->second;
        if (isNew) {
            copies.text = &example.text;
            copies.label = &example.label;
            copies.order = texts.size();
        }
        ++copies.bySplit[static_cast<std::size_t>(example.split)];
        copies.conflicting |= *copies.label != example.label;
    }
    DuplicateReport report;
    std::vector<const Copies*> crossing;
    for (const auto& [folded, copies] : texts) {
        const auto& [train, dev, test] = copies.bySplit;
        report.train_dev += train > 0 && dev > 0;
        report.train_test += train > 0 && test > 0;
        report.dev_test += dev > 0 && test > 0;
        for (const std::int64_t n : copies.bySplit)
            report.within += std::max<std::int64_t>(n - 1, 0);
        report.conflicting += copies.conflicting;
        if ((train > 0) + (dev > 0) + (test > 0) > 1)
            crossing.push_back(&copies);
    }
    std::sort(crossing.begin(), crossing.end(), [](const Copies* a, const Copies* b) { return a->order < b->order; });
    for (std::size_t i = 0; i < std::min(crossing.size(), kMaxSamples); ++i)
        report.samples.push_back(*crossing[i]->text);
    return report;
}

} // namespace triptych
