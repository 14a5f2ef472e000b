#pragma once

#include <string>

namespace triptych {

/// Seconds since 1970, with a fraction.
double wallTime();
/// "2026-01-31T12:00:00Z".
std::string isoTimeUtc();

} // namespace triptych
