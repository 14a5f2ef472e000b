#pragma once

#include "base/error.h"
#include "datasets/row_problem.h"
#include "jobs/run_directory.h"
#include "selection/decision.h"

#include <QString>

namespace triptych::ui {

// Core carries codes, numbers and names; these turn them into words of the language in force. An unknown
// code comes back as it is, so that a newer engine stays readable.

QString techniqueWord(Technique technique);
/// "retrieve", "head", "full", "soft", ... -> a short phrase.
QString methodWord(const QString& method);
/// A student's architecture as the literature calls it: "textcnn", "shrunken-3", ... (jobs/students.h); empty for other words.
QString studentTitle(const QString& student);
/// A run's title with its method as a phrase where it is the title that a run gets by itself ("full · messages").
QString runTitle(const QString& method, const QString& title);
/// The technique a run's method stands for, none for others ("evaluate").
std::optional<Technique> techniqueOfMethod(const QString& method);
QString stateWord(RunState state);
QString stageWord(const QString& stage);
/// "1,204 / 1,950 steps"; "38 documents" while or where the total is unknown.
QString progressText(std::int64_t done, std::int64_t total, const QString& unit);
QString metricWord(const QString& metric);
QString splitWord(const QString& split);
QString evidenceSourceWord(EvidenceSource source);
QString confidenceWord(const QString& confidence);

/// What kind of thing went wrong, as one sentence; core's own message says at which thing.
QString errorSentence(ErrorCode code);
/// "<sentence> <message>" for a banner; the hint is separate.
QString errorMessage(const Error& error);
QString errorHint(const Error& error);
/// Why a row of a file was not accepted.
QString rowProblemSentence(const RowProblem& problem);

/// For tooltips and message boxes, which guess whether they are given markup: text from outside that looks like it, so that it is
/// read as it stands.
QString literalText(const QString& text);

inline QString qstr(const std::string& text) { return QString::fromStdString(text); }
inline QString qstr(std::string_view text) { return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())); }

} // namespace triptych::ui
