#include "item_models/problems_model.h"

#include "l10n/numbers.h"
#include "l10n/words.h"

namespace triptych::ui {

void ProblemsModel::setProblems(std::vector<RowProblem> problems) {
    beginResetModel();
    m_problems = std::move(problems);
    endResetModel();
}

QString ProblemsModel::asText(const QList<int>& rows) const {
    QString text = QStringLiteral("line\tfield\treason\n");
    const auto add = [&](const RowProblem& problem) {
        QString reason = rowProblemSentence(problem);
        reason.replace(QLatin1Char('\t'), QLatin1Char(' ')).replace(QLatin1Char('\n'), QLatin1Char(' '));
        text += QStringLiteral("%1\t%2\t%3\n").arg(problem.line).arg(qstr(problem.field), reason);
    };
    if (rows.isEmpty()) {
        for (const RowProblem& problem : m_problems)
            add(problem);
    } else {
        for (const int row : rows)
            add(m_problems[static_cast<std::size_t>(row)]);
    }
    return text;
}

int ProblemsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_problems.size());
}

int ProblemsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ProblemsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const RowProblem& problem = m_problems[static_cast<std::size_t>(index.row())];
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (index.column() == Line ? Qt::AlignRight : Qt::AlignLeft)));
    if (role == Qt::ToolTipRole)
        return literalText(data(index, Qt::DisplayRole).toString());
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Line: return countText(problem.line);
    case Field: return qstr(problem.field);
    case Reason: return rowProblemSentence(problem);
    default: return {};
    }
}

QVariant ProblemsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Line: return tr("Line");
    case Field: return tr("Field");
    case Reason: return tr("Reason");
    default: return {};
    }
}

} // namespace triptych::ui
