#include "pages/common/folding_row.h"

#include "shell/theme.h"

#include <QEvent>
#include <QResizeEvent>

#include <algorithm>

namespace triptych::ui {

namespace {
constexpr int kGap = space::l;
}

FoldingRow::FoldingRow(QWidget* parent) : QWidget(parent) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void FoldingRow::addWidget(QWidget* widget, int stretch, int leastWidth) {
    widget->setParent(this);
    widget->installEventFilter(this);
    m_items.append({widget, stretch, leastWidth});
    widget->show();
    updateGeometry();
}

void FoldingRow::setExpanding(bool expanding) {
    QSizePolicy policy = sizePolicy();
    policy.setVerticalPolicy(expanding ? QSizePolicy::Expanding : QSizePolicy::Preferred);
    setSizePolicy(policy);
}

QList<FoldingRow::Item> FoldingRow::shown() const {
    QList<Item> items;
    for (const Item& item : m_items) {
        if (!item.widget->isHidden())
            items.append(item);
    }
    return items;
}

bool FoldingRow::foldsAt(int width) const {
    int needed = -kGap;
    const auto items = shown();
    for (const Item& item : items)
        needed += item.leastWidth + kGap;
    return width < needed;
}

QList<int> FoldingRow::widthsAt(int width) const {
    const QList<Item> items = shown();
    QList<int> widths;
    const int free = width - kGap * static_cast<int>(std::max<qsizetype>(0, items.size() - 1));
    // Who would get less than its least gets that; the others share the rest by their stretch.
    QList<bool> fixed(items.size(), false);
    for (bool again = true; again;) {
        again = false;
        int rest = free, stretch = 0;
        for (qsizetype i = 0; i < items.size(); ++i) {
            if (fixed[i])
                rest -= items[i].leastWidth;
            else
                stretch += std::max(1, items[i].stretch);
        }
        widths.clear();
        for (qsizetype i = 0; i < items.size(); ++i) {
            const int share = fixed[i] ? items[i].leastWidth : rest * std::max(1, items[i].stretch) / std::max(1, stretch);
            if (!fixed[i] && share < items[i].leastWidth) {
                fixed[i] = true;
                again = true;
            }
            widths.append(share);
        }
    }
    return widths;
}

int FoldingRow::heightOf(const QWidget* widget, int width) {
    const int least = widget->minimumHeight() > 0 ? widget->minimumHeight() : widget->minimumSizeHint().height();
    const int wanted = widget->hasHeightForWidth() ? widget->heightForWidth(width) : widget->sizeHint().height();
    return std::max({least, wanted, 0});
}

int FoldingRow::heightForWidth(int width) const {
    const QList<Item> items = shown();
    int height = 0;
    if (foldsAt(width)) {
        for (const Item& item : items)
            height += heightOf(item.widget, width) + kGap;
        return std::max(0, height - kGap);
    }
    const QList<int> widths = widthsAt(width);
    for (qsizetype i = 0; i < items.size(); ++i)
        height = std::max(height, heightOf(items[i].widget, widths[i]));
    return height;
}

QSize FoldingRow::sizeHint() const {
    int width = -kGap;
    const auto items = shown();
    for (const Item& item : items)
        width += item.leastWidth + kGap;
    width = std::max(width, this->width());
    return {std::max(0, width), heightForWidth(std::max(1, width))};
}

QSize FoldingRow::minimumSizeHint() const {
    int width = 0;
    const auto items = shown();
    for (const Item& item : items)
        width = std::max(width, std::min(item.leastWidth, 260));
    return {width, 0};
}

void FoldingRow::arrange() {
    const QList<Item> items = shown();
    m_folded = foldsAt(width());
    if (m_folded) {
        int y = 0;
        const int spare = std::max(0, height() - heightForWidth(width()));
        for (qsizetype i = 0; i < items.size(); ++i) {
            int h = heightOf(items[i].widget, width());
            if (i + 1 == items.size() && sizePolicy().verticalPolicy() == QSizePolicy::Expanding)
                h += spare;
            items[i].widget->setGeometry(0, y, width(), h);
            y += h + kGap;
        }
        return;
    }
    const QList<int> widths = widthsAt(width());
    int x = 0;
    for (qsizetype i = 0; i < items.size(); ++i) {
        items[i].widget->setGeometry(x, 0, widths[i], height());
        x += widths[i] + kGap;
    }
}

void FoldingRow::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

bool FoldingRow::event(QEvent* event) {
    if (event->type() == QEvent::LayoutRequest) {
        updateGeometry();
        arrange();
    }
    return QWidget::event(event);
}

bool FoldingRow::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::ShowToParent || event->type() == QEvent::HideToParent) {
        updateGeometry();
        arrange();
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace triptych::ui
