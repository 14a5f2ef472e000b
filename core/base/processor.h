#pragma once

namespace triptych {

/// Null if this processor runs what the targets are built for, else the sentence that says what it lacks.
const char* processorProblem();

} // namespace triptych
