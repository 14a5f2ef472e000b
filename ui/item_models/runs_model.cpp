#include "item_models/runs_model.h"

#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/icons.h"
#include "shell/theme.h"

#include <algorithm>
#include <cmath>

namespace triptych::ui {

namespace {

bool higherIsBetter(int column) {
    return column == RunsModel::Accuracy || column == RunsModel::MacroF1;
}
bool hasBest(int column) {
    return column >= RunsModel::Accuracy && column <= RunsModel::Build && column != RunsModel::Difference;
}
std::optional<double> positive(double value) {
    return value > 0 ? std::optional(value) : std::nullopt;
}
QString metricCell(const Metric* metric) {
    return metric ? percentText(metric->value) : QStringLiteral("—");
}

} // namespace

void RunsModel::setRuns(std::vector<RunSummary> runs) {
    beginResetModel();
    m_runs = std::move(runs);
    findBest();
    endResetModel();
}

const RunSummary* RunsModel::run(const QString& id) const {
    const auto it = std::find_if(m_runs.begin(), m_runs.end(), [&](const RunSummary& run) { return run.id == id; });
    return it == m_runs.end() ? nullptr : &*it;
}

void RunsModel::setReference(const QString& id) {
    if (m_reference == id)
        return;
    m_reference = id;
    if (!m_runs.empty())
        Q_EMIT dataChanged(index(0, Difference), index(rowCount() - 1, Difference));
}

void RunsModel::retranslate() {
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (!m_runs.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

std::optional<double> RunsModel::valueOf(const RunSummary& run, int column) const {
    switch (column) {
    case Accuracy: return run.value("accuracy");
    case Difference: {
        const RunSummary* reference = this->run(m_reference);
        const auto own = run.value("accuracy");
        const auto other = reference ? reference->value("accuracy") : m_best[Accuracy];
        return own && other ? std::optional(*own - *other) : std::nullopt;
    }
    case MacroF1: return run.value("macro_f1");
    case CalibrationError: return run.value("ece");
    case P50: return positive(run.p50Ms);
    case P95: return positive(run.p95Ms);
    case Size: return positive(run.bytes);
    case Build: return run.buildS > 0 ? std::optional(run.buildS) : std::nullopt;
    case Trainable: return static_cast<double>(run.trainableParameters);
    default: return std::nullopt;
    }
}

void RunsModel::findBest() {
    for (int column = 0; column < ColumnCount; ++column) {
        auto& best = m_best[static_cast<std::size_t>(column)];
        best.reset();
        if (!hasBest(column))
            continue;
        for (const RunSummary& run : m_runs) {
            const auto value = valueOf(run, column);
            if (value && (!best || (higherIsBetter(column) ? *value > *best : *value < *best)))
                best = value;
        }
    }
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const RunSummary& run = m_runs[static_cast<std::size_t>(index.row())];
    const auto value = valueOf(run, index.column());
    const auto& best = m_best[static_cast<std::size_t>(index.column())];
    const bool isBest = value && best && *value == *best && m_runs.size() > 1;
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Run: return run.model.isEmpty() ? runTitle(run.method, run.title) : run.model;
        case Accuracy: return metricCell(run.metric("accuracy"));
        case Difference:
            if (!value)
                return QStringLiteral("—");
            return std::abs(*value) < 5e-5 ? QStringLiteral("0") : QLocale().toString(*value * 100, 'f', 1);
        case MacroF1: return metricCell(run.metric("macro_f1"));
        case CalibrationError: return metricCell(run.metric("ece"));
        case P50: return value ? millisecondsText(*value) : QStringLiteral("—");
        case P95: return value ? millisecondsText(*value) : QStringLiteral("—");
        case Size: return value ? bytesText(*value) : QStringLiteral("—");
        case Build: return value ? durationText(*value) : QStringLiteral("—");
        case Trainable: return shortCountText(run.trainableParameters);
        case Created: return timeText(run.created);
        default: return {};
        }
    case Qt::DecorationRole:
        return index.column() == Run && run.technique ? QVariant(techniqueIcon(*run.technique)) : QVariant();
    case Qt::ToolTipRole:
        switch (index.column()) {
        case Run:
            return literalText(QStringLiteral("%1 %2\n%3\n%4").arg(run.technique ? techniqueShape(*run.technique) : QString(),
                                                                run.technique ? techniqueWord(*run.technique) : QString(), run.subtitle(), run.id));
        case Accuracy:
        case MacroF1:
        case CalibrationError: {
            const Metric* metric = run.metric(index.column() == Accuracy ? "accuracy" : index.column() == MacroF1 ? "macro_f1" : "ece");
            return metric ? QVariant(intervalText(metric->value, metric->low, metric->high)) : QVariant();
        }
        default: return {};
        }
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (index.column() == Run || index.column() == Created ? Qt::AlignLeft : Qt::AlignRight)));
    case Qt::FontRole:
        return isBest ? QVariant(textFont(TextSize::Body, true)) : QVariant();
    case SortRole:
        if (index.column() == Run)
            return data(index, Qt::DisplayRole);
        if (index.column() == Created)
            return run.created;
        return value ? QVariant(*value) : QVariant();
    case IdRole: return run.id;
    case BestRole: return isBest;
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
                                           data(index, Qt::DisplayRole).toString());
    default: return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (section == Run || section == Created ? Qt::AlignLeft : Qt::AlignRight)));
    if (role == Qt::ToolTipRole && section == Difference)
        return tr("Accuracy minus the accuracy of the selected run, or of the best one, in points");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Run: return tr("Run");
    case Accuracy: return tr("Accuracy");
    case Difference: return tr("Δ points");
    case MacroF1: return tr("Macro F1");
    case CalibrationError: return tr("Calibration error");
    case P50: return tr("p50");
    case P95: return tr("p95");
    case Size: return tr("Size");
    case Build: return tr("Build");
    case Trainable: return tr("Trainable");
    case Created: return tr("Made");
    default: return {};
    }
}

RunsFilter::RunsFilter(QObject* parent) : QSortFilterProxyModel(parent) {
    setSortRole(RunsModel::SortRole);
    setDynamicSortFilter(true);
}

void RunsFilter::setText(const QString& text) {
    m_words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool RunsFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(RunsModel::SortRole), b = right.data(RunsModel::SortRole);
    if (!a.isValid() || !b.isValid()) {
        const bool ascending = sortOrder() == Qt::AscendingOrder;
        return a.isValid() ? ascending : b.isValid() ? !ascending : false;
    }
    if (a.typeId() == QMetaType::QString)
        return QString::localeAwareCompare(a.toString(), b.toString()) < 0;
    return a.toDouble() < b.toDouble();
}

bool RunsFilter::filterAcceptsRow(int row, const QModelIndex&) const {
    const auto* model = static_cast<const RunsModel*>(sourceModel());
    const RunSummary& run = model->runs()[static_cast<std::size_t>(row)];
    const QString all = QStringList{run.model, run.title, run.subtitle(), run.dataset, run.id,
                                    run.technique ? techniqueWord(*run.technique) : QString()}
                            .join(QLatin1Char(' '));
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

} // namespace triptych::ui
