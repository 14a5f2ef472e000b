#include "pages/selection/matrix_card.h"

#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/technique_matrix.h"
#include "shell/theme.h"

#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {

constexpr std::array kTechniques = {Technique::Rag, Technique::FineTune, Technique::Distill};

QString measuredText(const QString& what, const Arm& arm, const Outlook& outlook) {
    if (what == QLatin1String("build_s"))
        return durationText(arm.build_s);
    if (what == QLatin1String("total_build_s")) {
        // A student needs its teacher first.
        const Arm* teacher = arm.technique == Technique::Distill ? outlook.arm(Technique::FineTune) : nullptr;
        return durationText(arm.build_s + (teacher ? teacher->build_s : 0));
    }
    if (what == QLatin1String("accuracy")) {
        const auto it = arm.metrics.find("accuracy");
        return it == arm.metrics.end() ? QString() : percentText(it->second.value);
    }
    if (what == QLatin1String("latency_p50_ms"))
        return millisecondsText(arm.latency_p50_ms);
    if (what == QLatin1String("bytes"))
        return bytesText(arm.bytes);
    if (what == QLatin1String("evidence"))
        return arm.technique == Technique::Rag ? QStringLiteral("✓") : QStringLiteral("—");
    return {};
}

} // namespace

MatrixCard::MatrixCard(QWidget* parent) : Card(parent) {}

void MatrixCard::display(const TechniqueMatrix& matrix, const Outlook& outlook) {
    delete m_table;
    m_table = new QWidget(this);
    auto* grid = new QGridLayout(m_table);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(space::m);
    grid->setVerticalSpacing(6);
    auto* source = new QLabel(matrix.source(), m_table);
    source->setWordWrap(true);
    setTextStyle(source, TextSize::Caption, Tone::Secondary);
    grid->addWidget(source, 0, 0, 1, 4);
    for (std::size_t i = 0; i < kTechniques.size(); ++i) {
        auto* head = new QWidget(m_table);
        auto* row = new QHBoxLayout(head);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(space::xs);
        auto* word = new QLabel(techniqueWord(kTechniques[i]), head);
        word->setTextFormat(Qt::PlainText);
        word->setStyleSheet(QStringLiteral("color:%1").arg(techniqueColor(kTechniques[i]).name()));
        row->addWidget(new TechniqueMark(kTechniques[i], false, head));
        row->addWidget(word);
        row->addStretch();
        grid->addWidget(head, 1, static_cast<int>(i) + 1);
    }
    int at = 2;
    const QList<TechniqueMatrix::Row> rows = matrix.rows();
    for (const TechniqueMatrix::Row& row : rows) {
        auto* line = new QFrame(m_table);
        line->setFixedHeight(1);
        line->setStyleSheet(QStringLiteral("background:%1").arg(tokens().grid.name()));
        grid->addWidget(line, at++, 0, 1, 4);
        auto* title = new QLabel(row.title, m_table);
        title->setTextFormat(Qt::PlainText);
        title->setWordWrap(true);
        grid->addWidget(title, at, 0, 2, 1, Qt::AlignVCenter);
        for (std::size_t i = 0; i < kTechniques.size(); ++i) {
            const int column = static_cast<int>(i) + 1;
            auto* prior = new QLabel(matrix.cell(row.id, kTechniques[i]), m_table);
            setTextStyle(prior, TextSize::Caption, Tone::Secondary);
            prior->setWordWrap(true);
            const Arm* arm = outlook.arm(kTechniques[i]);
            auto* measured = new QLabel(arm ? measuredText(row.measured, *arm, outlook) : QStringLiteral("–"), m_table);
            setTextStyle(measured, TextSize::Body, arm ? Tone::Text : Tone::Faint, arm != nullptr);
            measured->setAccessibleName(QStringLiteral("%1, %2: %3").arg(row.title, techniqueWord(kTechniques[i]), measured->text()));
            grid->addWidget(prior, at, column);
            grid->addWidget(measured, at + 1, column);
        }
        at += 2;
    }
    grid->setColumnStretch(0, 3);
    for (int column = 1; column <= 3; ++column)
        grid->setColumnStretch(column, 2);
    body()->insertWidget(0, m_table);
}

} // namespace triptych::ui
