#include "datasets/labelled_data.h"

#include "datasets/text_folding.h"

#include "base/error.h"
#include "base/random.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>
#include <unordered_map>

namespace triptych {

namespace {

constexpr std::array<std::string_view, 3> kNames = {"train", "dev", "test"};
using Parts = std::array<double, 3>;

/// Rows with one text, folded as findDuplicates() folds it; they stay together.
struct Group {
    std::vector<std::size_t> rows;
};

std::map<std::string, std::vector<Group>> groupsByLabel(const std::vector<Example>& examples) {
    std::unordered_map<std::string, std::pair<const std::string*, std::size_t>> home; // text -> label, group
    std::map<std::string, std::vector<Group>> result;
    for (std::size_t i = 0; i < examples.size(); ++i) {
        std::string text = foldedText(examples[i].text);
        const auto known = home.find(text);
        if (known != home.end()) {
            result[*known->second.first][known->second.second].rows.push_back(i);
            continue;
        }
        auto& groups = result[examples[i].label];
        home.emplace(std::move(text), std::pair{&examples[i].label, groups.size()});
        groups.push_back({{i}});
    }
    return result;
}

/// Deals the groups of one label out. `owed` carries what rounding left over from label to label, so that the
/// whole keeps its shares even where every label is small.
void dealLabel(const std::vector<Group>& groups, const Parts& shares, Parts& owed, std::vector<Example>& examples) {
    const auto rows = std::accumulate(groups.begin(), groups.end(), 0.0,
                                      [](double sum, const Group& group) { return sum + static_cast<double>(group.rows.size()); });
    Parts want{};
    for (std::size_t p = 0; p < shares.size(); ++p)
        want[p] = shares[p] * rows + owed[p];
    const auto partCount = static_cast<std::size_t>(std::count_if(shares.begin(), shares.end(), [](double s) { return s > 0; }));
    Parts given{};
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const auto emptyParts = static_cast<std::size_t>(std::count(given.begin(), given.end(), 0.0)) - (shares.size() - partCount);
        // A label that cannot be learnt is worse than one that is not measured: training comes first.
        const bool trainFirst = g == 0 && shares[0] > 0;
        const bool fillEmpty = groups.size() >= 3 && groups.size() - g <= emptyParts;
        std::size_t best = shares.size();
        for (std::size_t p = 0; p < shares.size(); ++p) {
            if (shares[p] <= 0 || (fillEmpty && given[p] > 0) || (trainFirst && p > 0))
                continue;
            if (best == shares.size() || want[p] - given[p] > want[best] - given[best] + 1e-9)
                best = p;
        }
        given[best] += static_cast<double>(groups[g].rows.size());
        for (const std::size_t row : groups[g].rows)
            examples[row].split = kSplits[best];
    }
    for (std::size_t p = 0; p < shares.size(); ++p)
        owed[p] = want[p] - given[p];
}

} // namespace

std::string_view splitName(Split split) { return kNames[static_cast<std::size_t>(split)]; }

Split splitFromName(std::string_view name) {
    for (const Split split : kSplits) {
        if (splitName(split) == name)
            return split;
    }
    throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is not a part of a data set", name), "The parts are train, dev and test.");
}

SplitShares parseSplitShares(std::string_view text) {
    Parts shares{};
    std::set<Split> seen;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view part = trimmed(text.substr(begin, end - begin));
        begin = end + 1;
        const std::size_t equals = std::min(part.find('='), part.size());
        const Split split = splitFromName(trimmed(part.substr(0, equals)));
        const std::string_view number = equals < part.size() ? trimmed(part.substr(equals + 1)) : std::string_view();
        double share = -1;
        const auto [parsed, error] = std::from_chars(number.data(), number.data() + number.size(), share);
        if (error != std::errc() || parsed != number.data() + number.size() || !(share >= 0 && share <= 1))
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' is not a share from 0 to 1 in '{}'", number, text));
        if (!seen.insert(split).second)
            throw Error(ErrorCode::InvalidArgument, fmt::format("'{}' names '{}' twice", text, splitName(split)));
        shares[static_cast<std::size_t>(split)] = share;
    }
    if (std::abs(shares[0] + shares[1] + shares[2] - 1) > 0.001) {
        throw Error(ErrorCode::InvalidArgument, fmt::format("the shares of '{}' sum to {}, not to 1", text, shares[0] + shares[1] + shares[2]),
                    "For example train=0.8,dev=0.1,test=0.1");
    }
    return {shares[0], shares[1], shares[2]};
}

void splitStratified(std::vector<Example>& examples, const SplitShares& shares, std::uint64_t seed, bool allowEmptyParts) {
    const Parts parts = {shares.train, shares.dev, shares.test};
    if (!(shares.train >= 0 && shares.dev >= 0 && shares.test >= 0 && shares.train + shares.dev + shares.test > 0)) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("train={}, dev={}, test={} is no split", shares.train, shares.dev, shares.test));
    }
    Random random(seed);
    Parts owed{};
    std::array<std::int64_t, 3> counts{};
    auto labels = groupsByLabel(examples);
    for (auto& [label, groups] : labels) {
        random.shuffle(std::span(groups));
        dealLabel(groups, parts, owed, examples);
    }
    for (const Example& example : examples)
        ++counts[static_cast<std::size_t>(example.split)];
    for (std::size_t p = 0; p < parts.size() && !allowEmptyParts; ++p) {
        if (parts[p] > 0 && counts[p] == 0) {
            throw Error(ErrorCode::InvalidInput,
                        fmt::format("with {} rows the part '{}' (share {}) would be empty", examples.size(), kNames[p], parts[p]),
                        "Give more rows, or leave that part out of the split.");
        }
    }
}

std::vector<std::string> distinctLabels(const std::vector<Example>& examples) {
    std::set<std::string_view> seen;
    for (const Example& example : examples)
        seen.insert(example.label);
    return {seen.begin(), seen.end()};
}

} // namespace triptych
