#include "pages/compare/run_comparison.h"

#include "base/error.h"
#include "datasets/labelled_data.h"
#include "jobs/run_predictions.h"
#include "l10n/words.h"
#include "storage/workspace.h"

#include <QCoreApplication>

namespace triptych::ui {

namespace {

constexpr std::uint64_t kSeed = 13;
constexpr std::size_t kMostDifferences = 2'000;

/// Texts of the frozen test rows; empty where the run's inputs are gone.
std::vector<std::string> testTexts(const std::filesystem::path& run, const Json& spec) {
    std::vector<std::string> texts;
    const Json inputs = spec.is_object() ? spec.value("inputs", Json::object()) : Json::object();
    const QString file = textAt(inputs, "test");
    if (file.isEmpty())
        return texts;
    try {
        for (Example& example : readExamples(run / file.toStdString()))
            texts.push_back(std::move(example.text));
    } catch (const Error&) {
        texts.clear(); // the comparison stands without the words of the rows
    }
    return texts;
}

} // namespace

RunComparison compareRuns(const std::filesystem::path& workspaceFolder, const std::vector<RunSummary>& runs, const std::stop_token& stop) {
    const Workspace workspace = Workspace::open(workspaceFolder);
    RunComparison result;
    struct Read {
        const RunSummary* run;
        RunPredictions predictions;
    };
    std::vector<Read> read;
    for (const RunSummary& run : runs) {
        throwIfStopped(stop);
        result.curves[run.id] = workspace.metrics(run.id.toStdString());
        const std::filesystem::path folder = workspace.runsFolder() / run.id.toStdString();
        try {
            Read entry{&run, readPredictions(folder / "predictions.jsonl")};
            if (!read.empty() && !haveSameRows(read.front().run->spec, read.front().predictions, run.spec, entry.predictions)) {
                result.passedOver.append(QCoreApplication::translate("Comparison", "“%1” was measured on other test rows than “%2”.").arg(runTitle(run.method, run.title), runTitle(read.front().run->method, read.front().run->title)));
                continue;
            }
            read.push_back(std::move(entry));
        } catch (const Error& error) {
            result.passedOver.append(errorMessage(error));
        }
    }
    std::vector<double> p;
    for (std::size_t a = 0; a < read.size(); ++a) {
        for (std::size_t b = a + 1; b < read.size(); ++b) {
            throwIfStopped(stop);
            const RunPredictions &first = read[a].predictions, &second = read[b].predictions;
            PairResult pair{read[a].run->id, read[b].run->id, pairedAccuracy(first.right, second.right, kSeed),
                            pairedMacroF1(first.truth, first.predicted, second.predicted, kSeed)};
            for (std::size_t i = 0; i < first.right.size(); ++i) {
                pair.onlyA += first.right[i] > second.right[i] ? 1 : 0;
                pair.onlyB += first.right[i] < second.right[i] ? 1 : 0;
            }
            p.push_back(pair.accuracy.p);
            result.pairs.push_back(std::move(pair));
        }
    }
    const std::vector<double> adjusted = holmAdjusted(p);
    for (std::size_t i = 0; i < adjusted.size(); ++i)
        result.pairs[i].adjustedP = adjusted[i];
    if (read.size() >= 2) {
        const RunPredictions &a = read[0].predictions, &b = read[1].predictions;
        const std::vector<std::string> texts =
            testTexts(workspace.runsFolder() / read[0].run->id.toStdString(), read[0].run->spec);
        for (std::size_t i = 0; i < a.right.size() && result.differences.size() < kMostDifferences; ++i) {
            if (a.right[i] == b.right[i])
                continue;
            result.differences.push_back({i < texts.size() ? qstr(texts[i]) : QCoreApplication::translate("Comparison", "row %1").arg(i), qstr(a.truth[i]),
                                          qstr(a.predicted[i]), qstr(b.predicted[i]), a.right[i] > b.right[i]});
        }
    }
    return result;
}

} // namespace triptych::ui
