#pragma once

#include <QString>

#include <optional>

namespace triptych::ui {

/// How well `text` answers `query`: every letter of the query in order, case aside. Starts of words and
/// letters that follow each other count more, gaps less. Empty: no match. An empty query matches all with 0.
std::optional<int> fuzzyScore(const QString& query, const QString& text);

} // namespace triptych::ui
