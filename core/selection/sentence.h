#pragma once

#include "base/json.h"

#include <string>
#include <string_view>

namespace triptych {

class DecisionTree;

/// Sets values into "{name:form}" places. Forms: text, count (thousands apart), number, percent (of a fraction),
/// points (a difference of fractions, signed), gap (the same without a sign), bytes, ms, technique, techniques, question (of a node's id),
/// answer (yes or no), confidence. A value that is missing or of the wrong type shows as "–".
std::string fillSentence(std::string_view pattern, const Json& values, std::string_view language, const DecisionTree& tree);

std::string formatCount(double value);
std::string formatPercent(double fraction);
std::string formatFactor(double factor);
std::string formatBytes(double bytes);
std::string formatMilliseconds(double ms);
std::string formatSeconds(double seconds);

} // namespace triptych
