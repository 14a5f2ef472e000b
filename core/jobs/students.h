#pragma once

#include <span>
#include <string>
#include <string_view>

namespace triptych {

/// An architecture that can be taught: one row for the job, for the window's choice and for the command line.
struct StudentKind {
    std::string_view name; ///< of `--student` and of the setting 'student'; the kind of its artefact
    /// What it learns with when it is not told: a constant of the architecture.
    double epochs, least_steps, learning_rate;
    double dropout; ///< 0: as the teacher's configuration says
    std::span<const char* const> settings; ///< keys of distillationRanges() that not all students have, but it
};
std::span<const StudentKind> studentKinds();

/// "bilstm", or with a number of layers "shrunken-3".
struct StudentChoice {
    const StudentKind* kind;
    int layers = 0; ///< 0: not said
};
/// Throws Error{InvalidArgument} naming the word and the known ones.
StudentChoice studentChoice(std::string_view word);
/// The inverse of studentChoice.
std::string studentWord(std::string_view name, int layers);

} // namespace triptych
