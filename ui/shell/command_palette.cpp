#include "shell/command_palette.h"

#include "shell/fuzzy.h"
#include "shell/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr int kWidth = 560;
constexpr int kRowHeight = 32;
constexpr int kShownRows = 10;
constexpr int kMaxMatches = 200;
constexpr int kEntryRole = Qt::UserRole + 1;
constexpr int kKindRole = Qt::UserRole + 2;

class EntryDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return {200, kRowHeight}; }
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const ThemeTokens& theme = tokens();
        const bool chosen = option.state & QStyle::State_Selected;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (chosen) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(theme.accentGround);
            painter->drawRoundedRect(QRectF(option.rect).adjusted(6, 1, -6, -1), radius::control, radius::control);
        }
        const QRect inner = option.rect.adjusted(16, 0, -16, 0);
        index.data(Qt::DecorationRole).value<QIcon>().paint(painter, QRect(inner.x(), inner.center().y() - 8, 17, 17), Qt::AlignCenter,
                                                            chosen ? QIcon::Selected : QIcon::Normal);
        const QString kind = index.data(kKindRole).toString();
        painter->setFont(textFont(TextSize::Caption));
        const int kindWidth = painter->fontMetrics().horizontalAdvance(kind);
        painter->setPen(theme.secondary);
        painter->drawText(inner, Qt::AlignRight | Qt::AlignVCenter, kind);
        painter->setFont(textFont(TextSize::Body));
        painter->setPen(theme.text);
        const QRect words = inner.adjusted(28, 0, -kindWidth - 12, 0);
        painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, words.width()));
        painter->restore();
    }
};

} // namespace

CommandPalette::CommandPalette(QWidget* window) : QFrame(window) {
    setObjectName(QStringLiteral("palette"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 8);
    column->setSpacing(4);
    m_field = new QLineEdit(this);
    m_list = new QListView(this);
    m_items = new QStandardItemModel(this);
    m_list->setModel(m_items);
    m_list->setItemDelegate(new EntryDelegate(this));
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setFocusPolicy(Qt::NoFocus); // typing goes on while the choice moves
    m_list->setUniformItemSizes(true);
    m_list->setFrameShape(QFrame::NoFrame);
    column->addWidget(m_field);
    column->addWidget(m_list);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::filter);
    connect(m_list, &QListView::clicked, this, &CommandPalette::runCurrent);
    m_field->installEventFilter(this);
    window->installEventFilter(this);
    retranslate();
    hide();
}

void CommandPalette::retranslate() {
    setAccessibleName(tr("Command palette"));
    m_field->setPlaceholderText(tr("Type an action, a page, a data set or a run"));
    m_field->setAccessibleName(tr("Command"));
    m_list->setAccessibleName(tr("Matches"));
}

void CommandPalette::open(QList<PaletteEntry> entries) {
    m_entries = std::move(entries);
    m_formerFocus = QApplication::focusWidget();
    m_field->clear();
    filter();
    place();
    show();
    raise();
    m_field->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::place() {
    const int width = qMin(kWidth, parentWidget()->width() - 32);
    const int rows = qBound(1, m_items->rowCount(), kShownRows);
    m_list->setFixedHeight(rows * kRowHeight + 2);
    setGeometry((parentWidget()->width() - width) / 2, 48, width, 0);
    resize(width, sizeHint().height());
}

void CommandPalette::filter() {
    const QString query = m_field->text().trimmed();
    QList<std::pair<int, qsizetype>> matches; // (-score, index): ties keep the given order
    for (qsizetype i = 0; i < m_entries.size(); ++i) {
        std::optional<int> score = fuzzyScore(query, m_entries[i].text);
        if (!score && !m_entries[i].keywords.isEmpty())
            score = fuzzyScore(query, m_entries[i].keywords);
        if (score)
            matches.emplaceBack(-*score, i);
    }
    std::sort(matches.begin(), matches.end());
    m_items->clear();
    for (const auto& [score, i] : std::as_const(matches)) {
        if (m_items->rowCount() == kMaxMatches)
            break;
        auto* item = new QStandardItem(m_entries[i].icon, m_entries[i].text);
        item->setData(i, kEntryRole);
        item->setData(m_entries[i].kind, kKindRole);
        m_items->appendRow(item);
    }
    if (m_items->rowCount() > 0)
        m_list->setCurrentIndex(m_items->index(0, 0));
    if (isVisible())
        place();
}

void CommandPalette::closePalette() {
    if (!isVisible())
        return;
    hide();
    if (m_formerFocus)
        m_formerFocus->setFocus(Qt::OtherFocusReason);
    m_formerFocus = nullptr;
}

void CommandPalette::runCurrent() {
    const QModelIndex index = m_list->currentIndex();
    if (!index.isValid())
        return;
    const auto run = m_entries[index.data(kEntryRole).value<qsizetype>()].run;
    closePalette();
    run();
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible())
        place();
    if (watched == m_field && event->type() == QEvent::FocusOut
        && static_cast<QFocusEvent*>(event)->reason() != Qt::ActiveWindowFocusReason)
        closePalette();
    if (watched != m_field || event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    const int row = m_list->currentIndex().row();
    const int rows = m_items->rowCount();
    const auto move = [this, rows](int to) {
        if (rows > 0)
            m_list->setCurrentIndex(m_items->index(qBound(0, to, rows - 1), 0));
    };
    switch (static_cast<QKeyEvent*>(event)->key()) {
    case Qt::Key_Down: move(row + 1); return true;
    case Qt::Key_Up: move(row - 1); return true;
    case Qt::Key_PageDown: move(row + kShownRows); return true;
    case Qt::Key_PageUp: move(row - kShownRows); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: runCurrent(); return true;
    case Qt::Key_Escape: closePalette(); return true;
    default: return false;
    }
}

void CommandPalette::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(theme.border);
    painter.setBrush(theme.surface);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius::card, radius::card);
}

} // namespace triptych::ui
