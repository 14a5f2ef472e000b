#pragma once

#include "metrics/metric.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace triptych {

inline constexpr int kBootstrapResamples = 1000;

/// Right / all, percentile bootstrap over rows, Wilson's interval where all or none are right. Undefined without rows. Sizes
/// must agree.
Metric accuracy(std::span<const std::string> truth, std::span<const std::string> predicted, std::uint64_t seed);

/// Mean of the class F1 over classes that appear in truth or prediction; bootstrap over rows.
Metric macroF1(std::span<const std::string> truth, std::span<const std::string> predicted, std::uint64_t seed);
/// Mean over several predictors of the same rows (seeds of a training), with the interval of that mean.
Metric meanMacroF1(std::span<const std::string> truth, std::span<const std::vector<std::string>> predicted, std::uint64_t seed);

/// Expected calibration error, equal-width bins (lo, hi], the first includes 0 (Naeini 2015, Guo 2017).
Metric expectedCalibrationError(std::span<const double> confidence, std::span<const bool> right, std::uint64_t seed,
                                int bins = 15);

/// Paired comparison of two predictors on the same rows.
struct PairedTest {
    double difference = 0; ///< metric(a) - metric(b)
    double low = 0, high = 0; ///< 95 % percentile bootstrap over rows
    double p = 1;             ///< two-sided; accuracy: exact McNemar; macro F1: from the bootstrap
};
/// `a`, `b`: per row correctness, 0..1 (a mean over seeds is allowed; then p comes from the bootstrap).
PairedTest pairedAccuracy(std::span<const double> a, std::span<const double> b, std::uint64_t seed);
PairedTest pairedMacroF1(std::span<const std::string> truth, std::span<const std::string> a,
                         std::span<const std::string> b, std::uint64_t seed);
/// "Clearly better" and "clearly worse", wherever the product says so: the interval leaves out 0 and the test agrees.
/// The interval alone is too eager where few rows differ (4 to 0 of 300 leaves out 0 at p = 0.125).
bool clearlyAbove(const PairedTest& test);
bool clearlyBelow(const PairedTest& test);
/// Holm 1979: adjusted p-values, in the order given.
std::vector<double> holmAdjusted(std::span<const double> p);

/// Linear-interpolated quantile (type 7) of unsorted values, q in [0, 1]. NaN-free input, not empty.
double quantile(std::vector<double> values, double q);

/// mean(a) / mean(b) of correctness on the same rows (retention of student a against teacher b), with an interval
/// over the same resamples for both. Undefined without rows or if nothing of b is right.
Metric accuracyRatio(std::span<const double> a, std::span<const double> b, std::uint64_t seed);
/// Mean of the ratios of several pairs (students and their teachers), all on the same rows, with the interval of that mean.
struct CorrectnessPair {
    std::vector<double> a, b;
};
Metric meanAccuracyRatio(std::span<const CorrectnessPair> pairs, std::uint64_t seed);

/// Ratio of medians a/b with a bootstrap interval (speed-up of b over a: latencies of a over latencies of b).
Metric medianRatio(std::span<const double> a, std::span<const double> b, std::uint64_t seed);

} // namespace triptych
