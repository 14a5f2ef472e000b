#include "metrics/classification.h"

#include "metrics/bootstrap.h"

#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace triptych {

namespace {

constexpr double kSignificance = 0.05;

void requireSameSize(std::size_t a, std::size_t b, const char* what) {
    if (a != b)
        throw Error(ErrorCode::InvalidArgument, fmt::format("{}: {} values against {}", what, a, b));
    if (a > std::numeric_limits<std::uint32_t>::max())
        throw Error(ErrorCode::InvalidArgument, fmt::format("{}: {} rows are more than can be measured at once", what, a));
}

/// Labels as numbers, in code-point order, so that counting needs no string in the inner loop.
struct LabelIndex {
    std::vector<std::string> names;
    std::vector<std::int32_t> numbers(std::span<const std::string> labels) const {
        std::vector<std::int32_t> result(labels.size());
        for (std::size_t i = 0; i < labels.size(); ++i) {
            const auto it = std::lower_bound(names.begin(), names.end(), labels[i]);
            result[i] = static_cast<std::int32_t>(it - names.begin());
        }
        return result;
    }
};

LabelIndex indexLabels(std::initializer_list<std::span<const std::string>> columns) {
    LabelIndex index;
    for (const auto& column : columns)
        index.names.insert(index.names.end(), column.begin(), column.end());
    std::sort(index.names.begin(), index.names.end());
    index.names.erase(std::unique(index.names.begin(), index.names.end()), index.names.end());
    return index;
}

/// Right, true and predicted rows of each class over a selection of rows.
struct ClassCounts {
    std::vector<std::int32_t> right, truth, predicted;
    explicit ClassCounts(std::size_t classes) : right(classes), truth(classes), predicted(classes) {}
    void clear() {
        std::fill(right.begin(), right.end(), 0);
        std::fill(truth.begin(), truth.end(), 0);
        std::fill(predicted.begin(), predicted.end(), 0);
    }
    void add(std::int32_t truthClass, std::int32_t predictedClass) {
        ++truth[static_cast<std::size_t>(truthClass)];
        ++predicted[static_cast<std::size_t>(predictedClass)];
        right[static_cast<std::size_t>(truthClass)] += truthClass == predictedClass;
    }
    /// Mean over classes that appear; F1 = 2 tp / (truth + predicted).
    double macroF1() const {
        double sum = 0;
        int classes = 0;
        for (std::size_t c = 0; c < right.size(); ++c) {
            if (const int both = truth[c] + predicted[c]; both > 0) {
                sum += 2.0 * right[c] / both;
                ++classes;
            }
        }
        return classes > 0 ? sum / classes : 0;
    }
};

double macroF1Of(ClassCounts& counts, const std::vector<std::int32_t>& truth, const std::vector<std::int32_t>& predicted,
                 std::span<const std::uint32_t> rows) {
    counts.clear();
    for (const auto row : rows)
        counts.add(truth[row], predicted[row]);
    return counts.macroF1();
}

std::vector<std::uint32_t> allRows(std::size_t n) {
    std::vector<std::uint32_t> rows(n);
    for (std::size_t i = 0; i < n; ++i)
        rows[i] = static_cast<std::uint32_t>(i);
    return rows;
}

Metric measured(double value, const std::vector<double>& resampled, std::size_t n) {
    const Interval interval = percentileInterval(resampled);
    // A statistic that grows with noise, as a calibration error does, may lie outside what resampling gives of it.
    return {value, std::min(interval.low, value), std::max(interval.high, value), static_cast<std::int64_t>(n), 0};
}

/// Wilson 1927: what the bootstrap cannot say where all rows are right, or none.
Interval wilson(double share, double n) {
    constexpr double kZ = 1.959963984540054;
    const double z = kZ * kZ / n, middle = (share + z / 2) / (1 + z);
    const double half = std::sqrt(z * (share * (1 - share) + z / 4)) / (1 + z);
    return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

/// Two-sided p of "no difference" from resampled differences; never 0, as Davison and Hinkley (1997) count.
double bootstrapP(const std::vector<double>& differences) {
    const auto below = std::count_if(differences.begin(), differences.end(), [](double d) { return d <= 0; });
    const auto above = std::count_if(differences.begin(), differences.end(), [](double d) { return d >= 0; });
    return std::min(1.0, 2.0 * static_cast<double>(std::min(below, above) + 1) / static_cast<double>(differences.size() + 1));
}

/// McNemar 1947, exact: under no difference each discordant row is a fair coin.
double mcNemarP(std::int64_t onlyA, std::int64_t onlyB) {
    const std::int64_t n = onlyA + onlyB;
    if (n == 0)
        return 1;
    const std::int64_t k = std::min(onlyA, onlyB);
    double sum = 0;
    for (std::int64_t i = 0; i <= k; ++i) {
        const auto real = [](std::int64_t value) { return static_cast<double>(value); };
        sum += std::exp(std::lgamma(real(n) + 1) - std::lgamma(real(i) + 1) - std::lgamma(real(n - i) + 1) -
                        real(n) * std::log(2.0));
    }
    return std::min(1.0, 2 * sum);
}

double meanOver(std::span<const double> values, std::span<const std::uint32_t> rows) {
    double sum = 0;
    for (const auto row : rows)
        sum += values[row];
    return sum / static_cast<double>(rows.size());
}

bool allZeroOrOne(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
}

double medianInPlace(std::vector<double>& values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

} // namespace

Metric accuracy(std::span<const std::string> truth, std::span<const std::string> predicted, std::uint64_t seed) {
    requireSameSize(truth.size(), predicted.size(), "accuracy");
    if (truth.empty())
        return {};
    std::vector<double> right(truth.size());
    for (std::size_t i = 0; i < truth.size(); ++i)
        right[i] = truth[i] == predicted[i] ? 1 : 0;
    const auto mean = [&](std::span<const std::uint32_t> rows) { return meanOver(right, rows); };
    const double share = mean(allRows(right.size()));
    if (share == 0 || share == 1) {
        const Interval interval = wilson(share, static_cast<double>(right.size()));
        return {share, interval.low, interval.high, static_cast<std::int64_t>(right.size()), 0};
    }
    return measured(share, bootstrapRows(right.size(), kBootstrapResamples, seed, mean), right.size());
}

Metric macroF1(std::span<const std::string> truth, std::span<const std::string> predicted, std::uint64_t seed) {
    const std::vector<std::string> one(predicted.begin(), predicted.end());
    return meanMacroF1(truth, std::span(&one, 1), seed);
}

Metric meanMacroF1(std::span<const std::string> truth, std::span<const std::vector<std::string>> predicted, std::uint64_t seed) {
    LabelIndex index = indexLabels({truth});
    for (const std::vector<std::string>& labels : predicted) {
        requireSameSize(truth.size(), labels.size(), "macro_f1");
        index = indexLabels({index.names, labels});
    }
    if (truth.empty() || predicted.empty())
        return {};
    const auto t = index.numbers(truth);
    std::vector<std::vector<std::int32_t>> columns;
    for (const std::vector<std::string>& labels : predicted)
        columns.push_back(index.numbers(labels));
    ClassCounts counts(index.names.size());
    const auto statistic = [&](std::span<const std::uint32_t> rows) {
        double sum = 0;
        for (const auto& column : columns)
            sum += macroF1Of(counts, t, column, rows);
        return sum / static_cast<double>(columns.size());
    };
    return measured(statistic(allRows(t.size())), bootstrapRows(t.size(), kBootstrapResamples, seed, statistic), t.size());
}

Metric expectedCalibrationError(std::span<const double> confidence, std::span<const bool> right, std::uint64_t seed, int bins) {
    requireSameSize(confidence.size(), right.size(), "ece");
    if (bins < 1)
        throw Error(ErrorCode::InvalidArgument, fmt::format("ece: {} bins", bins));
    if (confidence.empty())
        return {};
    std::vector<std::size_t> bin(confidence.size());
    for (std::size_t i = 0; i < confidence.size(); ++i) {
        const double c = confidence[i];
        if (!(c >= 0 && c <= 1 + 1e-6))
            throw Error(ErrorCode::InvalidArgument, fmt::format("ece: confidence {} of row {} is outside 0..1", c, i));
        int b = std::clamp(static_cast<int>(std::ceil(c * bins)) - 1, 0, bins - 1);
        // c * bins may round across an edge; the edges themselves decide.
        while (b > 0 && c <= static_cast<double>(b) / bins)
            --b;
        while (b < bins - 1 && c > static_cast<double>(b + 1) / bins)
            ++b;
        bin[i] = static_cast<std::size_t>(b);
    }
    std::vector<double> gap(static_cast<std::size_t>(bins));
    const auto statistic = [&](std::span<const std::uint32_t> rows) {
        // n_b / n * |accuracy_b - confidence_b| is |sum of (right - confidence)| / n.
        std::fill(gap.begin(), gap.end(), 0.0);
        for (const auto row : rows)
            gap[bin[row]] += (right[row] ? 1.0 : 0.0) - confidence[row];
        double sum = 0;
        for (const double g : gap)
            sum += std::abs(g);
        return sum / static_cast<double>(rows.size());
    };
    const std::size_t n = confidence.size();
    return measured(statistic(allRows(n)), bootstrapRows(n, kBootstrapResamples, seed, statistic), n);
}

PairedTest pairedAccuracy(std::span<const double> a, std::span<const double> b, std::uint64_t seed) {
    requireSameSize(a.size(), b.size(), "paired accuracy");
    if (a.empty())
        return {};
    std::vector<double> difference(a.size());
    std::int64_t onlyA = 0, onlyB = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference[i] = a[i] - b[i];
        onlyA += difference[i] > 0;
        onlyB += difference[i] < 0;
    }
    const auto mean = [&](std::span<const std::uint32_t> rows) { return meanOver(difference, rows); };
    const auto resampled = bootstrapRows(a.size(), kBootstrapResamples, seed, mean);
    const Interval interval = percentileInterval(resampled);
    const bool exact = allZeroOrOne(a) && allZeroOrOne(b);
    return {mean(allRows(a.size())), interval.low, interval.high, exact ? mcNemarP(onlyA, onlyB) : bootstrapP(resampled)};
}

PairedTest pairedMacroF1(std::span<const std::string> truth, std::span<const std::string> a, std::span<const std::string> b,
                         std::uint64_t seed) {
    requireSameSize(truth.size(), a.size(), "paired macro_f1");
    requireSameSize(truth.size(), b.size(), "paired macro_f1");
    if (truth.empty())
        return {};
    const LabelIndex index = indexLabels({truth, a, b});
    const auto t = index.numbers(truth), pa = index.numbers(a), pb = index.numbers(b);
    ClassCounts counts(index.names.size());
    const auto difference = [&](std::span<const std::uint32_t> rows) {
        const double first = macroF1Of(counts, t, pa, rows);
        return first - macroF1Of(counts, t, pb, rows);
    };
    const auto resampled = bootstrapRows(t.size(), kBootstrapResamples, seed, difference);
    const Interval interval = percentileInterval(resampled);
    return {difference(allRows(t.size())), interval.low, interval.high, bootstrapP(resampled)};
}

bool clearlyAbove(const PairedTest& test) { return test.low > 0 && test.p < kSignificance; }
bool clearlyBelow(const PairedTest& test) { return test.high < 0 && test.p < kSignificance; }

std::vector<double> holmAdjusted(std::span<const double> p) {
    std::vector<std::size_t> order(p.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return p[x] < p[y]; });
    std::vector<double> adjusted(p.size());
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        largest = std::max(largest, static_cast<double>(order.size() - rank) * p[order[rank]]);
        adjusted[order[rank]] = std::min(1.0, largest);
    }
    return adjusted;
}

double quantile(std::vector<double> values, double q) {
    if (values.empty() || !(q >= 0 && q <= 1))
        throw Error(ErrorCode::InvalidArgument, fmt::format("quantile {} of {} values", q, values.size()));
    std::sort(values.begin(), values.end());
    const double position = q * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (position - static_cast<double>(below)) * (values[above] - values[below]);
}

Metric accuracyRatio(std::span<const double> a, std::span<const double> b, std::uint64_t seed) {
    const CorrectnessPair pair = {{a.begin(), a.end()}, {b.begin(), b.end()}};
    return meanAccuracyRatio(std::span(&pair, 1), seed);
}

Metric meanAccuracyRatio(std::span<const CorrectnessPair> pairs, std::uint64_t seed) {
    Metric metric;
    const std::size_t n = pairs.empty() ? 0 : pairs.front().a.size();
    metric.n = static_cast<std::int64_t>(n);
    for (const CorrectnessPair& pair : pairs) {
        requireSameSize(pair.a.size(), pair.b.size(), "accuracy ratio");
        requireSameSize(pair.a.size(), n, "accuracy ratio");
    }
    if (n == 0)
        return metric;
    // NaN where nothing of a b is right.
    const auto statistic = [&](std::span<const std::uint32_t> rows) {
        double sum = 0;
        for (const CorrectnessPair& pair : pairs) {
            const double below = meanOver(pair.b, rows);
            sum += below > 0 ? meanOver(pair.a, rows) / below : std::numeric_limits<double>::quiet_NaN();
        }
        return sum / static_cast<double>(pairs.size());
    };
    const double value = statistic(allRows(n));
    if (std::isnan(value))
        return metric;
    metric.value = value;
    std::vector<double> ratios = bootstrapRows(n, kBootstrapResamples, seed, statistic);
    std::erase_if(ratios, [](double ratio) { return std::isnan(ratio); });
    if (!ratios.empty()) {
        const Interval interval = percentileInterval(std::move(ratios));
        metric.low = interval.low;
        metric.high = interval.high;
    }
    return metric;
}

Metric medianRatio(std::span<const double> a, std::span<const double> b, std::uint64_t seed) {
    std::vector<double> left(a.begin(), a.end()), right(b.begin(), b.end());
    if (left.empty() || right.empty() || medianInPlace(right) == 0)
        return {};
    const double value = medianInPlace(left) / medianInPlace(right);
    const auto resampledMedians = [](std::span<const double> values, std::uint64_t drawSeed) {
        std::vector<double> drawn(values.size());
        return bootstrapRows(values.size(), kBootstrapResamples, drawSeed, [&](std::span<const std::uint32_t> rows) {
            for (std::size_t i = 0; i < rows.size(); ++i)
                drawn[i] = values[rows[i]];
            return medianInPlace(drawn);
        });
    };
    const auto numerators = resampledMedians(a, seed);
    const auto denominators = resampledMedians(b, seed + 1);
    std::vector<double> ratios;
    for (std::size_t i = 0; i < numerators.size(); ++i) {
        if (denominators[i] > 0)
            ratios.push_back(numerators[i] / denominators[i]);
    }
    Metric metric{value, std::nullopt, std::nullopt, static_cast<std::int64_t>(std::min(a.size(), b.size())), 0};
    if (!ratios.empty()) {
        const Interval interval = percentileInterval(std::move(ratios));
        metric.low = interval.low;
        metric.high = interval.high;
    }
    return metric;
}

} // namespace triptych
