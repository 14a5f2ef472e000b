#include "pages/selection/tree_view.h"

#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/report_export.h"
#include "pages/selection/node_box.h"
#include "shell/theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr int kNodeHeight = 92, kLeafHeight = 56, kRowGap = 30, kMargin = 8, kOutcomeHeight = 74;

QString inLanguage(const Json& text) {
    return text.is_object() ? textAt(text, dataLanguage().c_str()) : QString();
}

} // namespace

TreeView::TreeView(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize TreeView::sizeHint() const {
    const int rows = std::max<int>(4, static_cast<int>(m_branches.size()));
    const bool second = !m_branches.isEmpty() && m_branches.last().no;
    return {620, rows * (kNodeHeight + kRowGap) + (second ? kLeafHeight - 10 : 0) + kOutcomeHeight + 2 * kMargin};
}

QSize TreeView::minimumSizeHint() const {
    return {380, sizeHint().height()};
}

NodeBox* TreeView::node(const QString& id) const {
    for (const Branch& branch : m_branches) {
        if (branch.node->objectName() == id)
            return branch.node;
    }
    return nullptr;
}

LeafBox* TreeView::leaf(Technique technique) const {
    for (const Branch& branch : m_branches) {
        if (branch.yes && branch.yes->technique() == technique)
            return branch.yes;
    }
    return nullptr;
}

void TreeView::build(const DecisionTree& tree) {
    for (const Json& json : tree.json().at("nodes")) {
        Branch branch{};
        const QString id = textAt(json, "id");
        branch.node = new NodeBox(this);
        branch.node->setObjectName(id);
        branch.node->installEventFilter(this);
        connect(branch.node, &QAbstractButton::clicked, this, [this, id] { Q_EMIT answerRequested(id); });
        connect(branch.node, &NodeBox::measureRequested, this, [this, id] { Q_EMIT measureRequested(id); });
        const auto leafOf = [&](const char* answer) -> LeafBox* {
            const QString adds = textAt(json.at(answer), "adds");
            if (adds.isEmpty())
                return nullptr;
            auto* leaf = new LeafBox(techniqueFromName(adds.toStdString()), this);
            leaf->installEventFilter(this);
            connect(leaf, &QAbstractButton::clicked, this, [this, leaf] {
                const QString run = m_runs.value(techniqueWord(leaf->technique()));
                if (!run.isEmpty())
                    Q_EMIT runRequested(run);
            });
            return leaf;
        };
        branch.yes = leafOf("yes");
        branch.no = leafOf("no");
        m_branches.append(branch);
        branch.node->show();
        for (LeafBox* leaf : {branch.yes, branch.no}) {
            if (leaf)
                leaf->show();
        }
    }
}

void TreeView::setDecision(const DecisionTree& tree, const Outlook& outlook, const QStringList& canMeasure) {
    if (m_branches.isEmpty())
        build(tree);
    m_recommended = outlook.decision.recommendation;
    m_runs.clear();
    const QString yes = inLanguage(tree.json().at("answers").at("yes")), no = inLanguage(tree.json().at("answers").at("no"));
    for (Branch& branch : m_branches) {
        const std::string id = branch.node->objectName().toStdString();
        branch.node->setTexts(yes, no);
        for (const DecisionStep& step : outlook.decision.path) {
            if (step.node == id)
                branch.node->setStep(step, inLanguage(tree.node(id).at("question")), evidenceText(step.evidence));
        }
        branch.node->setMeasurable(canMeasure.contains(branch.node->objectName()));
        for (LeafBox* leaf : {branch.yes, branch.no}) {
            if (!leaf)
                continue;
            const bool takes = branch.node->isOnPath() && branch.node->answer() == (leaf == branch.yes);
            const bool recommended = takes && outlook.recommends(leaf->technique());
            const Arm* arm = outlook.arm(leaf->technique());
            const auto accuracy = arm ? arm->metrics.find("accuracy") : Metrics::const_iterator();
            const bool measured = arm && accuracy != arm->metrics.end() && accuracy->second.value;
            QString figure = tr("not measured");
            if (measured) {
                const Metric& metric = accuracy->second;
                figure = percentText(metric.value);
                if (metric.low && metric.high)
                    figure += QStringLiteral("  %1–%2").arg(percentFigure(metric.low), percentFigure(metric.high));
            }
            if (arm)
                m_runs.insert(techniqueWord(leaf->technique()), qstr(arm->run));
            leaf->setLeaf(techniqueWord(leaf->technique()), figure,
                          recommended ? LeafBox::Reach::Recommended : takes ? LeafBox::Reach::Taken : LeafBox::Reach::Dim);
        }
    }
    const Json* outcome = tree.leaf(m_recommended);
    QStringList words;
    for (const Technique technique : m_recommended)
        words.append(techniqueWord(technique));
    m_outcome = outcome ? inLanguage(outcome->at("title")) : words.join(QStringLiteral(" + "));
    m_outcomeText = outcome ? inLanguage(outcome->at("explanation")) : QString();
    setAccessibleName(tr("Decision tree, recommended: %1").arg(m_outcome));
    updateGeometry();
    arrange();
    update();
}

QRect TreeView::boxArea(int row) const {
    return QRect(kMargin, kMargin + row * (kNodeHeight + kRowGap), width() - 2 * kMargin, kNodeHeight);
}

void TreeView::arrange() {
    const int usable = std::min(width() - 2 * kMargin, 700);
    const int left = (width() - usable) / 2;
    const int nodeWidth = std::clamp(usable * 48 / 100, 190, 330);
    const int leafWidth = std::clamp(usable * 34 / 100, 130, 240);
    for (int row = 0; row < m_branches.size(); ++row) {
        const Branch& branch = m_branches[row];
        const int top = boxArea(row).top();
        branch.node->setGeometry(left, top, nodeWidth, kNodeHeight);
        const int leafLeft = left + usable - leafWidth;
        if (branch.yes)
            branch.yes->setGeometry(leafLeft, top + (kNodeHeight - kLeafHeight) / 2, leafWidth, kLeafHeight);
        if (branch.no)
            branch.no->setGeometry(leafLeft, top + (kNodeHeight + kLeafHeight) / 2 + 14, leafWidth, kLeafHeight);
    }
}

void TreeView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

bool TreeView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        for (int row = 0; row < m_branches.size(); ++row) {
            const Branch& branch = m_branches[row];
            if (watched != branch.node && watched != branch.yes && watched != branch.no)
                continue;
            QWidget* next = nullptr;
            if (key == Qt::Key_Down && row + 1 < m_branches.size())
                next = m_branches[row + 1].node;
            else if (key == Qt::Key_Up && row > 0)
                next = m_branches[row - 1].node;
            else if (key == Qt::Key_Right)
                next = branch.yes;
            else if (key == Qt::Key_Left)
                next = branch.node;
            if (!next)
                break;
            next->setFocus(Qt::TabFocusReason);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void TreeView::paintEvent(QPaintEvent*) {
    if (m_branches.isEmpty())
        return;
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPen bright(theme.accent, 3, Qt::SolidLine, Qt::FlatCap), dim(theme.border, 1.5, Qt::DashLine, Qt::FlatCap);
    painter.setFont(textFont(TextSize::Caption));
    const QFontMetricsF metrics(painter.font());
    const auto word = [&](QPointF at, const QString& text, bool strong, bool above) {
        painter.setPen(strong ? theme.accent : theme.secondary);
        const qreal width = metrics.horizontalAdvance(text) + 4;
        painter.drawText(above ? QRectF(at.x() - width / 2, at.y() - metrics.height() - 2, width, metrics.height())
                               : QRectF(at.x() + 8, at.y() - metrics.height() / 2, width, metrics.height()),
                         Qt::AlignCenter, text);
    };
    for (int row = 0; row < m_branches.size(); ++row) {
        const Branch& branch = m_branches[row];
        const QRect node = branch.node->geometry();
        const bool here = branch.node->isOnPath();
        if (branch.yes) {
            const bool takes = here && branch.node->answer();
            const QPointF from(node.right(), node.center().y()), to(branch.yes->geometry().left() + 2, node.center().y());
            painter.setPen(takes ? bright : dim);
            painter.drawLine(from, to);
            word((from + to) / 2, tr("yes"), takes, true);
        }
        if (branch.no) {
            const bool takes = here && !branch.node->answer();
            const QRect leaf = branch.no->geometry();
            const QPointF from(node.center().x(), node.bottom()), to(leaf.left() + 2, leaf.center().y());
            QPainterPath path(from);
            path.lineTo(from.x(), to.y());
            path.lineTo(to);
            painter.setPen(takes ? bright : dim);
            painter.setBrush(Qt::NoBrush);
            painter.drawPath(path);
            word(QPointF((from.x() + to.x()) / 2, to.y()), tr("no"), takes, true);
        }
        if (row + 1 < m_branches.size()) {
            const NodeBox* next = m_branches[row + 1].node;
            const bool takes = here && next->isOnPath();
            const QPointF from(node.center().x(), node.bottom()), to(node.center().x(), next->geometry().top() + 2);
            painter.setPen(takes ? bright : dim);
            painter.drawLine(from, to);
            // A question whose "yes" only adds goes on downwards either way.
            word((from + to) / 2, branch.node->answer() ? tr("then") : tr("no"), takes, false);
        }
    }
    // The outcome, in the recommended technique's colour.
    const QRect first = m_branches.first().node->geometry();
    const int right = m_branches.first().yes ? m_branches.first().yes->geometry().right() : first.right();
    const QRectF box(first.left() + 2, height() - kOutcomeHeight - kMargin + 2, right - first.left() - 4, kOutcomeHeight - 4);
    const QColor own = m_recommended.size() == 1 ? techniqueColor(m_recommended.front(), theme) : theme.hybrid;
    QColor ground = own;
    ground.setAlphaF(theme.dark ? 0.16f : 0.08f);
    painter.setPen(QPen(own, 1.5));
    painter.setBrush(ground);
    painter.drawRoundedRect(box, radius::card, radius::card);
    qreal x = box.left() + 16;
    for (const Technique technique : m_recommended) {
        paintTechniqueShape(painter, technique, QPointF(x + 5, box.top() + 19), 11, theme);
        x += 18;
    }
    painter.setPen(theme.text);
    painter.setFont(textFont(TextSize::Body, true));
    painter.drawText(QRectF(x + 4, box.top() + 8, box.right() - x - 12, 22), Qt::AlignVCenter | Qt::AlignLeft,
                     tr("Recommended: %1").arg(m_outcome));
    painter.setPen(theme.secondary);
    painter.setFont(textFont(TextSize::Caption));
    painter.drawText(QRectF(box.left() + 16, box.top() + 30, box.width() - 32, box.height() - 34),
                     Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, m_outcomeText);
}

} // namespace triptych::ui
