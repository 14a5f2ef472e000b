#include "pages/datasets/dataset_report.h"

#include "base/progress.h"
#include "datasets/dataset_import.h"
#include "datasets/languages.h"
#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/outlook.h"

#include <QCoreApplication>

namespace triptych::ui {

namespace {

QString countAt(const Json& values, const char* key) {
    const Json value = values.is_object() ? values.value(key, Json()) : Json();
    return value.is_array() ? countText(static_cast<std::int64_t>(value.size())) : countText(static_cast<std::int64_t>(numberAt(values, key)));
}

} // namespace

DatasetReport reportOnDataset(const std::filesystem::path& workspaceFolder, const std::string& name, const std::stop_token& stop) {
    const Workspace workspace = Workspace::open(workspaceFolder);
    DatasetReport report;
    const std::vector<Example> examples = loadExamples(workspace, name);
    throwIfStopped(stop);
    report.check = checkDataset(examples);
    std::int64_t cjk = 0;
    for (const Example& example : examples) {
        throwIfStopped(stop);
        report.lengths.push_back(static_cast<double>(qstr(example.text).toUcs4().size()));
        cjk += holdsCjk(example.text) ? 1 : 0;
    }
    report.cjkShare = examples.empty() ? 0 : static_cast<double>(cjk) / static_cast<double>(examples.size());
    return report;
}

std::vector<ExampleRecord> findExamples(const std::filesystem::path& workspaceFolder, const std::string& name,
                                        const std::string& split, const QString& needle, std::size_t most,
                                        const std::stop_token& stop) {
    const Workspace workspace = Workspace::open(workspaceFolder);
    constexpr std::int64_t kBlock = 4096;
    std::vector<ExampleRecord> found;
    for (std::int64_t offset = 0;; offset += kBlock) {
        throwIfStopped(stop);
        std::vector<ExampleRecord> rows = workspace.examples(name, split, offset, kBlock);
        for (ExampleRecord& row : rows) {
            if (!qstr(row.text).contains(needle, Qt::CaseInsensitive) && !qstr(row.label).contains(needle, Qt::CaseInsensitive))
                continue;
            found.push_back(std::move(row));
            if (found.size() >= most)
                return found;
        }
        if (static_cast<std::int64_t>(rows.size()) < kBlock)
            return found;
    }
}

QString findingText(const Finding& finding) {
    const auto text = [](const char* english) { return QCoreApplication::translate("Findings", english); };
    const Json& values = finding.values;
    if (finding.code == "no_train")
        return text(QT_TRANSLATE_NOOP("Findings", "There are no training rows: nothing can be learnt or retrieved."));
    if (finding.code == "no_test")
        return text(QT_TRANSLATE_NOOP("Findings", "There are no test rows: nothing can be measured."));
    if (finding.code == "no_dev")
        return text(QT_TRANSLATE_NOOP("Findings", "There are no dev rows: training cannot choose its best state by them."));
    if (finding.code == "one_label")
        return text(QT_TRANSLATE_NOOP("Findings", "There is only one label: there is nothing to tell apart."));
    if (finding.code == "labels_without_train")
        return text(QT_TRANSLATE_NOOP("Findings", "%1 labels have no training row: they cannot be learnt or retrieved."))
            .arg(countAt(values, "labels"));
    if (finding.code == "few_train_rows")
        return text(QT_TRANSLATE_NOOP("Findings", "%1 labels have fewer than %2 training rows; aim at %3 or more."))
            .arg(countAt(values, "labels"), countAt(values, "below"), countAt(values, "aim"));
    if (finding.code == "few_test_rows")
        return text(QT_TRANSLATE_NOOP("Findings", "Only %1 test rows: differences between techniques will drown in the interval; aim at %2 or more."))
            .arg(countAt(values, "rows"), countAt(values, "aim"));
    if (finding.code == "duplicates_across")
        return text(QT_TRANSLATE_NOOP("Findings", "The same text stands in two parts: %1 in train and test, %2 in train and dev, %3 in dev and test. Figures on such rows flatter."))
            .arg(countAt(values, "train_test"), countAt(values, "train_dev"), countAt(values, "dev_test"));
    if (finding.code == "conflicting_labels")
        return text(QT_TRANSLATE_NOOP("Findings", "%1 texts carry more than one label.")).arg(countAt(values, "texts"));
    if (finding.code == "duplicates_within")
        return text(QT_TRANSLATE_NOOP("Findings", "%1 rows repeat a text of their own part.")).arg(countAt(values, "copies"));
    if (finding.code == "imbalance")
        return text(QT_TRANSLATE_NOOP("Findings", "The labels are uneven: the rarest has %1 training rows, the most frequent %2. Look at macro F1 beside accuracy."))
            .arg(countAt(values, "smallest"), countAt(values, "largest"));
    return qstr(finding.text);
}

QString lossOfDataset(const Workspace& workspace, const DatasetRecord& dataset) {
    std::int64_t runs = 0;
    for (const RunRecord& run : workspace.runs())
        runs += run.dataset == dataset.name ? 1 : 0;
    const auto decisions = static_cast<std::int64_t>(workspace.decisions(dataset.name).size());
    return QCoreApplication::translate("Findings",
                                       "%1 rows, their split and the label descriptions are lost. %2 runs and %3 decisions name this data "
                                       "set: they stay, but cannot be compared with new runs.")
        .arg(countText(dataset.rows), countText(runs), countText(decisions));
}

} // namespace triptych::ui
