#include "pages/knowledge/chunker_form.h"

#include "base/error.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "shell/theme.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>

namespace triptych::ui {

namespace {

constexpr ChunkerKind kKinds[] = {ChunkerKind::Recursive, ChunkerKind::Markdown, ChunkerKind::Sentence,
                                  ChunkerKind::Semantic,  ChunkerKind::Fixed,    ChunkerKind::None};
constexpr int kLeastSize = 16, kMostSize = 8192;
constexpr int kLabelWidth = 64; ///< fields stand below each other, whatever stands above the form

QString kindWord(ChunkerKind kind) {
    switch (kind) {
    //: A way of cutting documents: at the best place that fits
    case ChunkerKind::Recursive: return ChunkerForm::tr("recursive");
    case ChunkerKind::Markdown: return ChunkerForm::tr("heading-aware");
    case ChunkerKind::Sentence: return ChunkerForm::tr("whole sentences");
    case ChunkerKind::Semantic: return ChunkerForm::tr("by meaning");
    case ChunkerKind::Fixed: return ChunkerForm::tr("fixed length");
    case ChunkerKind::None: break;
    }
    return ChunkerForm::tr("whole document");
}

QString kindAbout(ChunkerKind kind) {
    switch (kind) {
    case ChunkerKind::Recursive: return ChunkerForm::tr("As much as fits, up to the best place to cut: paragraph, line, sentence, word");
    case ChunkerKind::Markdown: return ChunkerForm::tr("Never across a heading; inside a section as recursive");
    case ChunkerKind::Sentence: return ChunkerForm::tr("Whole sentences, as many as fit");
    case ChunkerKind::Semantic: return ChunkerForm::tr("Cut where neighbouring sentences differ most in meaning; needs an embedder");
    case ChunkerKind::Fixed: return ChunkerForm::tr("So many tokens, wherever that is");
    case ChunkerKind::None: break;
    }
    return ChunkerForm::tr("Every document is one chunk");
}

} // namespace

QString chunkerText(const ChunkerSettings& settings) {
    if (settings.chunker == ChunkerKind::None)
        return kindWord(settings.chunker);
    return ChunkerForm::tr("%1 · %2 tokens · overlap %3").arg(kindWord(settings.chunker), countText(settings.chunk_size), countText(settings.overlap));
}

ChunkerForm::ChunkerForm(QWidget* parent) : QWidget(parent) {
    const auto label = [this] {
        auto* made = new QLabel(this);
        setTextStyle(made, TextSize::Body, Tone::Secondary);
        return made;
    };
    m_chunkerLabel = label();
    m_sizeLabel = label();
    m_overlapLabel = label();
    m_chunker = new QComboBox(this);
    m_chunker->setObjectName(QStringLiteral("chunker"));
    for (const ChunkerKind kind : kKinds)
        m_chunker->addItem(QString(), qstr(chunkerName(kind)));
    m_size = new QSpinBox(this);
    m_size->setObjectName(QStringLiteral("chunkSize"));
    m_size->setRange(kLeastSize, kMostSize);
    m_overlap = new QSpinBox(this);
    m_overlap->setObjectName(QStringLiteral("overlap"));
    m_chunkerLabel->setBuddy(m_chunker);
    m_sizeLabel->setBuddy(m_size);
    m_overlapLabel->setBuddy(m_overlap);

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(space::s);
    grid->setVerticalSpacing(space::s);
    grid->addWidget(m_chunkerLabel, 0, 0);
    grid->addWidget(m_chunker, 0, 1, 1, 3);
    grid->addWidget(m_sizeLabel, 1, 0);
    grid->addWidget(m_size, 1, 1);
    grid->addWidget(m_overlapLabel, 1, 2);
    grid->addWidget(m_overlap, 1, 3);
    grid->setColumnMinimumWidth(0, kLabelWidth);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    setSettings({});
    connect(m_chunker, &QComboBox::currentIndexChanged, this, [this] {
        follow();
        Q_EMIT changed();
    });
    connect(m_size, &QSpinBox::valueChanged, this, [this] {
        follow();
        Q_EMIT changed();
    });
    connect(m_overlap, &QSpinBox::valueChanged, this, &ChunkerForm::changed);
    retranslate();
}

void ChunkerForm::follow() {
    const bool cuts = chunkerFromName(m_chunker->currentData().toString().toStdString()) != ChunkerKind::None;
    m_size->setEnabled(cuts);
    m_overlap->setEnabled(cuts);
    const QSignalBlocker blocker(m_overlap);
    m_overlap->setRange(0, (m_size->value() - 1) / 2);
}

ChunkerSettings ChunkerForm::settings() const {
    ChunkerSettings settings;
    settings.chunker = chunkerFromName(m_chunker->currentData().toString().toStdString());
    settings.chunk_size = m_size->value();
    settings.overlap = m_overlap->value();
    return settings;
}

void ChunkerForm::setSettings(const ChunkerSettings& settings) {
    const QSignalBlocker chunker(m_chunker), size(m_size), overlap(m_overlap);
    m_chunker->setCurrentIndex(std::max(0, m_chunker->findData(qstr(chunkerName(settings.chunker)))));
    m_size->setValue(settings.chunk_size);
    follow();
    m_overlap->setValue(settings.overlap);
}

QJsonObject ChunkerForm::saveState() const {
    return {{m_chunker->objectName(), m_chunker->currentData().toString()}, {m_size->objectName(), m_size->value()}, {m_overlap->objectName(), m_overlap->value()}};
}

void ChunkerForm::restoreState(const QJsonObject& state) {
    ChunkerSettings settings;
    try {
        settings.chunker = chunkerFromName(state.value(m_chunker->objectName()).toString().toStdString());
    } catch (const Error&) {
        return; // nothing was saved
    }
    settings.chunk_size = state.value(m_size->objectName()).toInt(settings.chunk_size);
    settings.overlap = state.value(m_overlap->objectName()).toInt(settings.overlap);
    setSettings(settings);
}

void ChunkerForm::retranslate() {
    m_chunkerLabel->setText(tr("Cut"));
    m_sizeLabel->setText(tr("Tokens"));
    m_overlapLabel->setText(tr("Overlap"));
    m_chunker->setAccessibleName(tr("How documents are cut"));
    m_size->setAccessibleName(tr("Tokens a chunk has at most"));
    m_overlap->setAccessibleName(tr("Tokens of the chunk before that come again"));
    const QSignalBlocker blocker(m_chunker);
    for (int i = 0; i < m_chunker->count(); ++i) {
        m_chunker->setItemText(i, kindWord(kKinds[i]));
        m_chunker->setItemData(i, kindAbout(kKinds[i]), Qt::ToolTipRole);
    }
}

} // namespace triptych::ui
