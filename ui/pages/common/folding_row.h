#pragma once

#include <QList>
#include <QWidget>

namespace triptych::ui {

/// Widgets side by side as long as each has its own least width, below each other when the window is narrow
/// or the scale is large. Side by side, all are as high as the highest.
class FoldingRow : public QWidget {
    Q_OBJECT
public:
    explicit FoldingRow(QWidget* parent = nullptr);
    /// `stretch` shares the width, `leastWidth` is in device-independent pixels.
    void addWidget(QWidget* widget, int stretch = 1, int leastWidth = 240);
    /// The row takes spare height; its widgets grow with it.
    void setExpanding(bool expanding);
    bool isFolded() const { return m_folded; }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Item {
        QWidget* widget;
        int stretch;
        int leastWidth;
    };
    QList<Item> shown() const;
    bool foldsAt(int width) const;
    QList<int> widthsAt(int width) const;
    static int heightOf(const QWidget* widget, int width);
    void arrange();

    QList<Item> m_items;
    bool m_folded = false;
};

} // namespace triptych::ui
