#pragma once

#include "base/json.h"

#include <QAbstractItemModel>

#include <memory>
#include <vector>

namespace triptych::ui {

/// Weights as a tree along the dots of their names: "encoder.layer.0.output.dense.weight" stands five levels deep. A part
/// shows the sum of what is below it.
class TensorsModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Name, Type, Shape, Parameters, Size, ColumnCount };
    explicit TensorsModel(QObject* parent = nullptr);
    ~TensorsModel() override;

    /// The "tensors" of `model.describe`: a list of {name, dtype, shape, bytes}. What is malformed is left out.
    void setTensors(const Json& tensors);
    void retranslate();

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Node;
    const Node& nodeOf(const QModelIndex& index) const;

    std::unique_ptr<Node> m_root;
};

} // namespace triptych::ui
