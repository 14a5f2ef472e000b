#pragma once

#include <QFrame>
#include <QIcon>
#include <QList>
#include <QPointer>

#include <functional>

class QLineEdit;
class QListView;
class QStandardItemModel;

namespace triptych::ui {

/// One thing the palette can do.
struct PaletteEntry {
    QString text;
    QString kind;     ///< faint word at the right: "Page", "Run", a shortcut
    QIcon icon;
    std::function<void()> run;
    QString keywords; ///< matched too, not shown (ids)
};

/// Ctrl+K: type some letters, Return does it. Lies over the window it belongs to.
class CommandPalette : public QFrame {
    Q_OBJECT
public:
    explicit CommandPalette(QWidget* window);
    void open(QList<PaletteEntry> entries);
    QLineEdit* field() const { return m_field; }
    QListView* list() const { return m_list; }
    void retranslate();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void filter();
    void runCurrent();
    void closePalette();
    void place();
    QLineEdit* m_field;
    QListView* m_list;
    QStandardItemModel* m_items;
    QList<PaletteEntry> m_entries;
    QPointer<QWidget> m_formerFocus;
};

} // namespace triptych::ui
