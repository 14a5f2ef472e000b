#pragma once

#include "pages/common/outlook.h"
#include "widgets/card.h"

class QGridLayout;

namespace triptych::ui {

class TechniqueMatrix;

/// The trade-offs: what is usually said in grey, what this workspace measured in bold.
class MatrixCard : public Card {
    Q_OBJECT
public:
    explicit MatrixCard(QWidget* parent = nullptr);
    void display(const TechniqueMatrix& matrix, const Outlook& outlook);

private:
    QWidget* m_table = nullptr;
};

} // namespace triptych::ui
