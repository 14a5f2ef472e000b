#include "item_models/examples_model.h"

#include "base/error.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/theme.h"

namespace triptych::ui {

namespace {
constexpr int kPage = 256;
constexpr int kPagesKept = 64;
} // namespace

void ExamplesModel::show(std::shared_ptr<Workspace> workspace, const QString& dataset, const QString& split, std::int64_t rows) {
    beginResetModel();
    m_workspace = std::move(workspace);
    m_dataset = dataset.toStdString();
    m_split = split.toStdString();
    m_rows = m_workspace ? rows : 0;
    m_found = false;
    m_foundRows.clear();
    m_pages.clear();
    m_order.clear();
    endResetModel();
}

void ExamplesModel::showFound(std::vector<ExampleRecord> rows) {
    beginResetModel();
    m_found = true;
    m_foundRows = std::move(rows);
    endResetModel();
}

void ExamplesModel::clear() {
    show(nullptr, {}, {}, 0);
}

void ExamplesModel::retranslate() {
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, Split), index(rowCount() - 1, Split));
}

int ExamplesModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid())
        return 0;
    return static_cast<int>(m_found ? static_cast<std::int64_t>(m_foundRows.size()) : m_rows);
}

int ExamplesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

const ExampleRecord* ExamplesModel::row(int index) const {
    if (m_found)
        return &m_foundRows[static_cast<std::size_t>(index)];
    const int page = index / kPage;
    auto it = m_pages.constFind(page);
    if (it == m_pages.constEnd()) {
        std::vector<ExampleRecord> rows;
        try {
            rows = m_workspace->examples(m_dataset, m_split, static_cast<std::int64_t>(page) * kPage, kPage);
        } catch (const Error&) {
            // The data set vanished meanwhile: the page shows blank rows until it is told of the change.
        }
        ++m_pagesRead;
        m_order.append(page);
        if (m_order.size() > kPagesKept)
            m_pages.remove(m_order.takeFirst());
        it = m_pages.insert(page, std::move(rows));
    }
    const auto within = static_cast<std::size_t>(index % kPage);
    return within < it->size() ? &(*it)[within] : nullptr;
}

QVariant ExamplesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (index.column() == Line ? Qt::AlignRight : Qt::AlignLeft)));
    if (role == Qt::ForegroundRole)
        return index.column() == Text ? QVariant() : QVariant(tokens().secondary);
    if (role == Qt::ToolTipRole)
        return index.column() == Line ? QVariant() : QVariant(literalText(data(index, Qt::DisplayRole).toString()));
    if (role != Qt::DisplayRole)
        return {};
    const ExampleRecord* example = row(index.row());
    if (!example)
        return {};
    switch (index.column()) {
    case Text: return qstr(example->text).replace(QLatin1Char('\n'), QStringLiteral(" ⏎ "));
    case Label: return qstr(example->label);
    case Split: return splitWord(qstr(example->split));
    case Line: return role == Qt::DisplayRole ? QVariant(countText(example->line)) : QVariant();
    default: return {};
    }
}

QVariant ExamplesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (section == Line ? Qt::AlignRight : Qt::AlignLeft)));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Text: return tr("Text");
    case Label: return tr("Label");
    case Split: return tr("Part");
    case Line: return tr("Line");
    default: return {};
    }
}

} // namespace triptych::ui
