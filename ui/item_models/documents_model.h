#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <vector>

namespace triptych::ui {

enum class DocumentState {
    Indexed, ///< as its file is
    Changed, ///< the file has another size or time now
    Gone,    ///< the file is no more: the next sync takes the document out
    Failed,  ///< could not be read, or not again
    Reading, ///< an ingest is at it, or will come to it
};
QString documentStateWord(DocumentState state);

struct DocumentRow {
    QString name, source, root, type, language;
    QString reason, hint; ///< why it failed
    QStringList tags;
    std::int64_t chunks = 0;
    DocumentState state = DocumentState::Indexed;
    bool operator==(const DocumentRow&) const = default;
};

/// Documents of a knowledge base with their state. Sorting and filtering move numbers about, not rows, so that 100,000
/// documents are quick.
class DocumentsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { State, Name, Chunks, Type, Language, Tags, ColumnCount };
    explicit DocumentsModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// In the order of names, as the store gives them. The same documents again keep selection and place.
    void setRows(std::vector<DocumentRow> rows);
    void setFilter(const QString& words);
    /// All, whatever the filter says.
    std::int64_t count() const { return static_cast<std::int64_t>(m_rows.size()); }
    std::int64_t count(DocumentState state) const;
    const DocumentRow& document(int row) const { return m_rows[m_shown[static_cast<std::size_t>(row)]]; }
    int rowOf(const QString& name) const; ///< -1: not there, or filtered out
    void retranslate();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

private:
    bool passes(const DocumentRow& row) const;
    std::vector<std::size_t> arranged() const;
    void rearrange(const std::function<void()>& change);
    QString text(const DocumentRow& row, int column) const;

    std::vector<DocumentRow> m_rows;
    std::vector<std::size_t> m_shown; ///< rows that pass the filter, in the order of the sort
    QString m_filter;
    int m_column = Name;
    Qt::SortOrder m_order = Qt::AscendingOrder;
};

} // namespace triptych::ui
