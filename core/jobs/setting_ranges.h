#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace triptych {

/// What a number among a run's settings may be. One table for the methods, which refuse the rest, for the window's form
/// and for the flags of the command line; the keys are those of spec.json.
struct SettingRange {
    const char* key;
    bool integer = false;
    double low = 0, high = 1;
    double otherwise = 0; ///< the method's default, where it is a constant
};

/// Of a training by gradient steps, with the defaults of "train/full".
std::span<const SettingRange> trainingRanges();
/// Of "distill/soft", those of its training among them; the defaults are those of the first student (jobs/students.h).
std::span<const SettingRange> distillationRanges();
/// Of "train/retrieve" and "train/head": k and C.
std::span<const SettingRange> otherRanges();
/// Bounds of a key, the same in every method; the default is that of "distill/soft" where it has the key. Throws Error{Internal} for one that no method has.
const SettingRange& settingRange(std::string_view key);

/// Passes that a method makes when it is not told: so many more than usual as it takes for enough steps, since a few
/// hundred rows need more passes than many thousands, and many labels more than few. `method` full or soft; `rows`, `labels`
/// and `batchSize` above 0; `student` counts for soft alone.
double epochsByMethod(std::string_view method, std::int64_t rows, std::int64_t labels, std::int64_t batchSize, std::string_view student = "textcnn");

} // namespace triptych
