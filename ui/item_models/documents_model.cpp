#include "item_models/documents_model.h"

#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/icons.h"

#include <algorithm>

namespace triptych::ui {

namespace {

QIcon stateIcon(DocumentState state) {
    switch (state) {
    case DocumentState::Indexed: return icon(QStringLiteral("dot"), Tone::Good);
    case DocumentState::Changed: return icon(QStringLiteral("refresh"), Tone::Accent);
    case DocumentState::Gone: return icon(QStringLiteral("close"), Tone::Secondary);
    case DocumentState::Failed: return icon(QStringLiteral("warning"), Tone::Warning);
    case DocumentState::Reading: break;
    }
    return icon(QStringLiteral("import"), Tone::Accent);
}

} // namespace

QString documentStateWord(DocumentState state) {
    switch (state) {
    //: State of a document: it can be found and is as its file
    case DocumentState::Indexed: return DocumentsModel::tr("indexed");
    case DocumentState::Changed: return DocumentsModel::tr("changed since it was read");
    case DocumentState::Gone: return DocumentsModel::tr("its file is gone");
    case DocumentState::Failed: return DocumentsModel::tr("could not be read");
    case DocumentState::Reading: break;
    }
    return DocumentsModel::tr("being read");
}

void DocumentsModel::setRows(std::vector<DocumentRow> rows) {
    if (rows == m_rows)
        return;
    const bool sameDocuments = std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(),
                                          [](const DocumentRow& a, const DocumentRow& b) { return a.name == b.name; });
    if (sameDocuments && m_filter.isEmpty())
        return rearrange([&] { m_rows = std::move(rows); });
    beginResetModel();
    m_rows = std::move(rows);
    m_shown = arranged();
    endResetModel();
}

void DocumentsModel::setFilter(const QString& words) {
    if (words.trimmed() == m_filter)
        return;
    beginResetModel();
    m_filter = words.trimmed();
    m_shown = arranged();
    endResetModel();
}

bool DocumentsModel::passes(const DocumentRow& row) const {
    const auto has = [this](const QString& text) { return text.contains(m_filter, Qt::CaseInsensitive); };
    return m_filter.isEmpty() || has(row.name) || has(row.type) || has(row.reason) || std::any_of(row.tags.begin(), row.tags.end(), has);
}

std::vector<std::size_t> DocumentsModel::arranged() const {
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        if (passes(m_rows[i]))
            shown.push_back(i);
    }
    const auto sortBy = [&](const auto& key) {
        const bool ascending = m_order == Qt::AscendingOrder;
        std::stable_sort(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) { return ascending ? key(a) < key(b) : key(b) < key(a); });
    };
    switch (m_column) {
    case State: sortBy([this](std::size_t i) { return -static_cast<int>(m_rows[i].state); }); break; // what needs a look comes first
    case Chunks: sortBy([this](std::size_t i) { return m_rows[i].chunks; }); break;
    case Type: sortBy([this](std::size_t i) -> const QString& { return m_rows[i].type; }); break;
    case Language: sortBy([this](std::size_t i) -> const QString& { return m_rows[i].language; }); break;
    case Tags: sortBy([this](std::size_t i) { return m_rows[i].tags.value(0); }); break;
    default: sortBy([](std::size_t i) { return i; }); break; // they come by name
    }
    return shown;
}

/// Shows the rows in the order after `change`, which keeps what is shown; selections and the current row go along.
void DocumentsModel::rearrange(const std::function<void()>& change) {
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const std::vector<std::size_t> before = m_shown;
    change();
    m_shown = arranged();
    std::vector<int> placeOf(m_rows.size());
    for (std::size_t i = 0; i < m_shown.size(); ++i)
        placeOf[m_shown[i]] = static_cast<int>(i);
    const QModelIndexList from = persistentIndexList();
    QModelIndexList to;
    for (const QModelIndex& old : from)
        to.append(index(placeOf[before[static_cast<std::size_t>(old.row())]], old.column()));
    changePersistentIndexList(from, to);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

void DocumentsModel::sort(int column, Qt::SortOrder order) {
    rearrange([&] {
        m_column = column;
        m_order = order;
    });
}

std::int64_t DocumentsModel::count(DocumentState state) const {
    return std::count_if(m_rows.begin(), m_rows.end(), [state](const DocumentRow& row) { return row.state == state; });
}

int DocumentsModel::rowOf(const QString& name) const {
    const auto found = std::find_if(m_shown.begin(), m_shown.end(), [&](std::size_t i) { return m_rows[i].name == name; });
    return found == m_shown.end() ? -1 : static_cast<int>(found - m_shown.begin());
}

void DocumentsModel::retranslate() {
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int DocumentsModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : static_cast<int>(m_shown.size()); }
int DocumentsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QString DocumentsModel::text(const DocumentRow& row, int column) const {
    switch (column) {
    case Name: return row.name;
    case Chunks:
        if (row.state == DocumentState::Failed)
            //: Of a document that could not be read, where else the number of its chunks stands
            return tr("failed");
        return row.state == DocumentState::Reading && row.chunks == 0 ? QStringLiteral("…") : countText(row.chunks);
    case Type: return row.type;
    case Language: return row.language;
    case Tags: return row.tags.join(QStringLiteral(", "));
    default: return {};
    }
}

QVariant DocumentsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const DocumentRow& row = document(index.row());
    switch (role) {
    case Qt::DisplayRole: return text(row, index.column());
    case Qt::DecorationRole: return index.column() == State ? QVariant(stateIcon(row.state)) : QVariant();
    case Qt::AccessibleTextRole: return index.column() == State ? documentStateWord(row.state) : text(row, index.column());
    case Qt::TextAlignmentRole: return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (index.column() == Chunks ? Qt::AlignRight : Qt::AlignLeft)));
    case Qt::ForegroundRole:
        if (index.column() == Chunks && row.state == DocumentState::Failed)
            return tokens().warning;
        return index.column() == Name ? QVariant() : QVariant(tokens().secondary);
    case Qt::ToolTipRole:
        if (!row.reason.isEmpty())
            return literalText(row.hint.isEmpty() ? row.reason : row.reason + u'\n' + row.hint);
        return literalText(index.column() == State ? documentStateWord(row.state) : index.column() == Name ? row.source : text(row, index.column()));
    default: return {};
    }
}

QVariant DocumentsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (section == State)
        return role == Qt::ToolTipRole || role == Qt::AccessibleTextRole ? QVariant(tr("State")) : QVariant();
    if (role == Qt::TextAlignmentRole && section == Chunks)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Document");
    case Chunks: return tr("Chunks");
    case Type: return tr("Type");
    case Language: return tr("Language");
    case Tags: return tr("Tags");
    default: return {};
    }
}

} // namespace triptych::ui
