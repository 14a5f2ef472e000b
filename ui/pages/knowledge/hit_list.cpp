#include "pages/knowledge/hit_list.h"

#include "item_models/run_summary.h"
#include "l10n/numbers.h"
#include "shell/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QLocale>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTextLayout>

#include <algorithm>
#include <utility>

namespace triptych::ui {

namespace {

constexpr int kPassage = 260;      ///< UTF-16 units of a passage in sight
constexpr int kBefore = 60;        ///< of them before the first match
constexpr int kMostLines = 3;
constexpr int kBarWidth = 80, kBarHeight = 5;
constexpr int kChipHeight = 18;
constexpr int kFrame = 2; ///< for the ring of the focus

std::optional<int> rankAt(const Json& hit, const char* key) {
    const auto found = hit.find(key);
    return found != hit.end() && found->is_number_integer() ? std::optional(found->get<int>()) : std::nullopt;
}

/// Where each code point of a text begins in UTF-16.
std::vector<int> codePointBegins(const QString& text) {
    std::vector<int> begins;
    for (int i = 0; i < text.size(); ++i) {
        begins.push_back(i);
        if (text.at(i).isHighSurrogate() && i + 1 < text.size())
            ++i;
    }
    begins.push_back(static_cast<int>(text.size()));
    return begins;
}

QList<Hit::Mark> marksOf(const Json& hit, const QString& text) {
    QList<Hit::Mark> marks;
    const auto spans = hit.find("spans");
    if (spans == hit.end() || !spans->is_array())
        return marks;
    const std::vector<int> begins = codePointBegins(text);
    const auto last = static_cast<std::int64_t>(begins.size()) - 1;
    for (const Json& span : *spans) {
        if (!span.is_array() || span.size() != 2 || !span[0].is_number_integer() || !span[1].is_number_integer())
            continue;
        const auto begin = std::clamp<std::int64_t>(span[0].get<std::int64_t>(), 0, last), end = std::clamp<std::int64_t>(span[1].get<std::int64_t>(), 0, last);
        if (begin < end)
            marks.append({begins[static_cast<std::size_t>(begin)], begins[static_cast<std::size_t>(end)] - begins[static_cast<std::size_t>(begin)]});
    }
    return marks;
}

/// The passage around the first match; marks are moved along, those outside go.
void cutPassage(Hit& hit, QString text) {
    int from = hit.marks.isEmpty() ? 0 : std::max(0, hit.marks.first().begin - kBefore);
    if (text.size() - from < kPassage)
        from = std::max(0, static_cast<int>(text.size()) - kPassage);
    if (from > 0 && text.at(from).isLowSurrogate())
        ++from;
    const int length = std::min(kPassage, static_cast<int>(text.size()) - from);
    QString passage = text.mid(from, length);
    for (QChar& c : passage) {
        if (c == u'\n' || c == u'\t' || c == u'\r')
            c = u' ';
    }
    const QString lead = from > 0 ? QStringLiteral("… ") : QString();
    QList<Hit::Mark> kept;
    for (const Hit::Mark& mark : std::as_const(hit.marks)) {
        const int begin = std::max(mark.begin, from), end = std::min(mark.begin + mark.length, from + length);
        if (begin < end)
            kept.append({begin - from + static_cast<int>(lead.size()), end - begin});
    }
    hit.marks = std::move(kept);
    hit.passage = lead + passage + (from + length < text.size() ? QStringLiteral(" …") : QString());
}

QString wordsOf(const Json& hit) {
    QStringList words;
    const auto terms = hit.find("terms");
    if (terms != hit.end() && terms->is_array()) {
        for (const Json& term : *terms)
            words.append(QStringLiteral("%1 (%2)").arg(textAt(term, "term"), figureText(numberAt(term, "score"))));
    }
    return words.join(QStringLiteral(", "));
}

} // namespace

std::vector<Hit> hitsOf(const Json& answer, const char* mode) {
    std::vector<Hit> hits;
    const Json none;
    const auto at = [&none](const Json& object, const char* key) -> const Json& {
        if (!object.is_object())
            return none;
        const auto found = object.find(key);
        return found == object.end() ? none : *found;
    };
    const Json& list = at(at(at(answer, "results"), mode), "hits");
    if (!list.is_array())
        return hits;
    for (const Json& from : list) {
        if (!from.is_object())
            continue;
        Hit hit;
        hit.document = textAt(from, "document");
        hit.heading = textAt(from, "heading");
        if (hit.heading.isEmpty())
            hit.heading = textAt(from, "title");
        hit.begin = static_cast<qint64>(numberAt(from, "begin"));
        hit.end = static_cast<qint64>(numberAt(from, "end"));
        hit.score = numberAt(from, "score");
        hit.share = std::clamp(numberAt(from, "share"), 0.0, 1.0);
        hit.denseRank = rankAt(from, "dense_rank");
        hit.lexicalRank = rankAt(from, "lexical_rank");
        const std::optional<int> page = rankAt(from, "page");
        hit.place = page ? HitList::tr("%1 · page %2").arg(hit.document).arg(*page) : hit.document;
        QStringList details;
        if (const Json& cosine = at(from, "dense_score"); cosine.is_number())
            details.append(HitList::tr("Cosine %1").arg(QLocale().toString(cosine.get<double>(), 'f', 3)));
        if (const Json& bm25 = at(from, "lexical_score"); bm25.is_number())
            details.append(HitList::tr("BM25 %1").arg(QLocale().toString(bm25.get<double>(), 'f', 2)));
        if (const QString words = wordsOf(from); !words.isEmpty())
            details.append(HitList::tr("Words: %1").arg(words));
        hit.details = details.join(u'\n');
        const QString text = textAt(from, "text");
        hit.marks = marksOf(from, text);
        cutPassage(hit, text);
        hit.json = from;
        hits.push_back(std::move(hit));
    }
    return hits;
}

class HitList::Model : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;
    void setHits(std::vector<Hit> hits) {
        beginResetModel();
        m_hits = std::move(hits);
        endResetModel();
    }
    const std::vector<Hit>& hits() const { return m_hits; }
    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : static_cast<int>(m_hits.size()); }
    QVariant data(const QModelIndex& index, int role) const override {
        if (!index.isValid() || index.row() >= rowCount())
            return {};
        const Hit& hit = m_hits[static_cast<std::size_t>(index.row())];
        if (role == Qt::ToolTipRole)
            return hit.details;
        if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole)
            return QStringLiteral("%1. %2, %3: %4").arg(QLocale().toString(index.row() + 1), hit.heading, hit.place, hit.passage);
        return {};
    }

private:
    std::vector<Hit> m_hits;
};

class HitList::Painter : public QStyledItemDelegate {
public:
    explicit Painter(HitList* list) : QStyledItemDelegate(list), m_list(*list) {}

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const override {
        const Hit& hit = m_list.hits()[static_cast<std::size_t>(index.row())];
        const int width = std::max(120, m_list.viewport()->width());
        QTextLayout layout;
        return {width, 2 * space::s + titleHeight() + layOut(layout, hit, width - 2 * space::s) + space::xs + kChipHeight};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const ThemeTokens& theme = tokens();
        const Hit& hit = m_list.hits()[static_cast<std::size_t>(index.row())];
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (option.state & (QStyle::State_Selected | QStyle::State_MouseOver)) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(option.state & QStyle::State_Selected ? theme.accentGround : theme.raised);
            painter->drawRoundedRect(option.rect, radius::control, radius::control);
        } else if (index.row() > 0) {
            painter->setPen(theme.grid);
            painter->drawLine(option.rect.topLeft(), option.rect.topRight());
        }
        const QRect inner = option.rect.adjusted(space::s, space::s, -space::s, -space::s);
        const QString ranks = ranksText(hit);
        painter->setFont(textFont(TextSize::Caption));
        painter->setPen(theme.secondary);
        const int ranksWidth = painter->fontMetrics().horizontalAdvance(ranks) + space::s;
        painter->drawText(QRect(inner.left(), inner.top(), inner.width(), titleHeight()), Qt::AlignRight | Qt::AlignVCenter, ranks);
        painter->setFont(textFont(TextSize::Body, true));
        painter->setPen(theme.text);
        const QString title = QStringLiteral("%1. %2").arg(QLocale().toString(index.row() + 1), hit.heading.isEmpty() ? hit.document : hit.heading);
        painter->drawText(QRect(inner.left(), inner.top(), inner.width() - ranksWidth, titleHeight()), Qt::AlignLeft | Qt::AlignVCenter,
                          painter->fontMetrics().elidedText(title, Qt::ElideRight, inner.width() - ranksWidth));
        QTextLayout layout;
        const int height = layOut(layout, hit, inner.width());
        painter->setPen(theme.text);
        layout.draw(painter, QPointF(inner.left(), inner.top() + titleHeight()));
        paintFoot(*painter, hit, QRect(inner.left(), inner.top() + titleHeight() + height + space::xs, inner.width(), kChipHeight), theme);
        painter->restore();
    }

private:
    static int titleHeight() { return QFontMetrics(textFont(TextSize::Body, true)).height() + space::xs; }

    static QString ranksText(const Hit& hit) {
        QStringList parts;
        if (hit.denseRank)
            parts.append(HitList::tr("dense #%1").arg(*hit.denseRank));
        if (hit.lexicalRank)
            parts.append(HitList::tr("lexical #%1").arg(*hit.lexicalRank));
        return parts.join(QStringLiteral(" · "));
    }

    static int layOut(QTextLayout& layout, const Hit& hit, int width) {
        layout.setText(hit.passage);
        layout.setFont(textFont(TextSize::Body));
        QList<QTextLayout::FormatRange> formats;
        for (const Hit::Mark& mark : hit.marks) {
            QTextLayout::FormatRange range;
            range.start = mark.begin;
            range.length = mark.length;
            range.format.setBackground(tokens().passage);
            formats.append(range);
        }
        layout.setFormats(formats);
        layout.beginLayout();
        qreal height = 0;
        for (int line = 0; line < kMostLines; ++line) {
            QTextLine next = layout.createLine();
            if (!next.isValid())
                break;
            next.setLineWidth(width);
            next.setPosition({0, height});
            height += next.height();
        }
        layout.endLayout();
        return static_cast<int>(height + 0.5);
    }

    static void paintFoot(QPainter& painter, const Hit& hit, const QRect& rect, const ThemeTokens& theme) {
        painter.setFont(textFont(TextSize::Caption));
        const QFontMetrics metrics = painter.fontMetrics();
        const QString number = figureText(hit.score);
        const int tail = kBarWidth + 2 * space::s + metrics.horizontalAdvance(number);
        const QString place = metrics.elidedText(hit.place, Qt::ElideMiddle, std::max(40, rect.width() - tail - 2 * space::s));
        const QRect chip(rect.left(), rect.top(), metrics.horizontalAdvance(place) + 2 * space::s, rect.height());
        painter.setPen(theme.border);
        painter.setBrush(theme.surface);
        painter.drawRoundedRect(QRectF(chip).adjusted(0.5, 0.5, -0.5, -0.5), kChipHeight / 2.0, kChipHeight / 2.0);
        painter.setPen(theme.secondary);
        painter.drawText(chip, Qt::AlignCenter, place);
        const QRectF bar(chip.right() + space::s, rect.center().y() - kBarHeight / 2.0, kBarWidth, kBarHeight);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.grid);
        painter.drawRoundedRect(bar, kBarHeight / 2.0, kBarHeight / 2.0);
        painter.setBrush(theme.retrieve);
        painter.drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * hit.share, bar.height()), kBarHeight / 2.0, kBarHeight / 2.0);
        painter.setPen(theme.secondary);
        painter.drawText(QRect(static_cast<int>(bar.right()) + space::s, rect.top(), rect.right() - static_cast<int>(bar.right()), rect.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, number);
    }

    HitList& m_list;
};

HitList::HitList(QWidget* parent) : QListView(parent), m_model(new Model(this)) {
    setModel(m_model);
    setItemDelegate(new Painter(this));
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    viewport()->setAutoFillBackground(false);
    auto* const copyOne = new QAction(this);
    copyOne->setShortcut(QKeySequence::Copy);
    copyOne->setShortcutContext(Qt::WidgetShortcut);
    connect(copyOne, &QAction::triggered, this, &HitList::copy);
    addAction(copyOne);
    const auto activateHit = [this](const QModelIndex& index) {
        const Hit& hit = hits()[static_cast<std::size_t>(index.row())];
        Q_EMIT hitActivated(hit.document, hit.begin, hit.end);
    };
    connect(this, &QListView::clicked, this, activateHit);
    connect(this, &QListView::activated, this, activateHit);
}

const std::vector<Hit>& HitList::hits() const { return m_model->hits(); }

const Hit* HitList::current() const {
    const QModelIndex index = currentIndex();
    return index.isValid() ? &hits()[static_cast<std::size_t>(index.row())] : nullptr;
}

void HitList::setHits(std::vector<Hit> hits) {
    m_model->setHits(std::move(hits));
    setFixedHeight(heightOfAll());
    Q_EMIT heightChanged();
}

int HitList::heightOfAll() const {
    int height = m_model->rowCount() > 0 ? 2 * kFrame : 0;
    for (int row = 0; row < m_model->rowCount(); ++row)
        height += sizeHintForRow(row);
    return height;
}

void HitList::resizeEvent(QResizeEvent* event) {
    QListView::resizeEvent(event);
    if (event->size().width() != event->oldSize().width()) {
        scheduleDelayedItemsLayout();
        if (const int height = heightOfAll(); height != maximumHeight())
            setFixedHeight(height);
    }
}

void HitList::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        scheduleDelayedItemsLayout();
        setFixedHeight(heightOfAll());
    }
    QListView::changeEvent(event);
}

/// The whole hit as JSON: what a person pastes into a report or a test.
void HitList::copy() const {
    if (const Hit* hit = current())
        QApplication::clipboard()->setText(QString::fromStdString(dumpJson(hit->json)));
}

} // namespace triptych::ui
