#include "item_models/tensors_model.h"

#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "l10n/words.h"

#include <QStringList>

#include <algorithm>

namespace triptych::ui {

struct TensorsModel::Node {
    QString name, type, shape;
    std::int64_t parameters = 0, bytes = 0;
    Node* parent = nullptr;
    int row = 0;
    std::vector<std::unique_ptr<Node>> children;

    Node& child(const QString& part) {
        const auto found = std::find_if(children.begin(), children.end(), [&](const auto& node) { return node->name == part; });
        if (found != children.end())
            return **found;
        children.push_back(std::make_unique<Node>());
        children.back()->name = part;
        children.back()->parent = this;
        return *children.back();
    }
    /// Layers by their numbers, other parts by name; sums and row numbers.
    void settle() {
        std::stable_sort(children.begin(), children.end(), [](const auto& a, const auto& b) {
            bool isA = false, isB = false;
            const int numberA = a->name.toInt(&isA), numberB = b->name.toInt(&isB);
            if (isA != isB)
                return isA;
            return isA ? numberA < numberB : a->name < b->name;
        });
        for (std::size_t i = 0; i < children.size(); ++i) {
            children[i]->row = static_cast<int>(i);
            children[i]->settle();
            parameters += children[i]->parameters;
            bytes += children[i]->bytes;
        }
    }
};

TensorsModel::TensorsModel(QObject* parent) : QAbstractItemModel(parent), m_root(std::make_unique<Node>()) {}

TensorsModel::~TensorsModel() = default;

void TensorsModel::setTensors(const Json& tensors) {
    beginResetModel();
    m_root = std::make_unique<Node>();
    for (const Json& tensor : tensors.is_array() ? tensors : Json::array()) {
        if (!tensor.is_object() || !tensor.contains("name") || !tensor["name"].is_string())
            continue;
        Node* node = m_root.get();
        for (const QString& part : qstr(tensor["name"].get<std::string>()).split(u'.'))
            node = &node->child(part);
        QStringList sizes;
        std::int64_t parameters = 1;
        for (const Json& size : tensor.value("shape", Json::array())) {
            if (!size.is_number_integer())
                continue;
            sizes.append(QString::number(size.get<std::int64_t>()));
            parameters *= size.get<std::int64_t>();
        }
        node->type = textAt(tensor, "dtype");
        node->shape = sizes.isEmpty() ? QStringLiteral("1") : sizes.join(QStringLiteral(" × "));
        node->parameters = parameters;
        node->bytes = static_cast<std::int64_t>(numberAt(tensor, "bytes"));
    }
    m_root->settle();
    endResetModel();
}

void TensorsModel::retranslate() {
    Q_EMIT headerDataChanged(Qt::Horizontal, 0, ColumnCount - 1);
}

const TensorsModel::Node& TensorsModel::nodeOf(const QModelIndex& index) const {
    return index.isValid() ? *static_cast<const Node*>(index.internalPointer()) : *m_root;
}

QModelIndex TensorsModel::index(int row, int column, const QModelIndex& parent) const {
    const Node& node = nodeOf(parent);
    if (row < 0 || column < 0 || column >= ColumnCount || static_cast<std::size_t>(row) >= node.children.size())
        return {};
    return createIndex(row, column, node.children[static_cast<std::size_t>(row)].get());
}

QModelIndex TensorsModel::parent(const QModelIndex& index) const {
    Node* const above = index.isValid() ? nodeOf(index).parent : nullptr;
    return above && above != m_root.get() ? createIndex(above->row, 0, above) : QModelIndex();
}

int TensorsModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent).children.size());
}

int TensorsModel::columnCount(const QModelIndex&) const { return ColumnCount; }

QVariant TensorsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Node& node = nodeOf(index);
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (index.column() >= Parameters ? Qt::AlignRight : Qt::AlignLeft)));
    if (role == Qt::ToolTipRole)
        return literalText(data(index, Qt::DisplayRole).toString());
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Name: return node.name;
    case Type: return node.type;
    case Shape: return node.shape;
    case Parameters: return countText(node.parameters);
    case Size: return bytesText(static_cast<double>(node.bytes));
    default: return {};
    }
}

QVariant TensorsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (section >= Parameters ? Qt::AlignRight : Qt::AlignLeft)));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Part");
    case Type: return tr("Type");
    case Shape: return tr("Shape");
    case Parameters: return tr("Parameters");
    case Size: return tr("Size");
    default: return {};
    }
}

} // namespace triptych::ui
