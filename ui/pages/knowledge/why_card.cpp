#include "pages/knowledge/why_card.h"

#include "engine_client/engines.h"
#include "item_models/run_summary.h"
#include "jobs/knowledge_bases.h"
#include "knowledge/knowledge_store.h"
#include "l10n/numbers.h"
#include "shell/theme.h"
#include "storage/workspace.h"
#include "widgets/banner.h"

#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <functional>
#include <map>

namespace triptych::ui {

namespace {

constexpr std::size_t kMostNames = 20'000; ///< offered while typing
constexpr int kMarkWidth = 20;
constexpr int kShownWords = 8;

const Json& factsOf(const Json& rung) {
    static const Json kNone = Json::object();
    const auto found = rung.find("facts");
    return found != rung.end() && found->is_object() ? *found : kNone;
}

QString whole(const Json& facts, const char* key) { return countText(static_cast<std::int64_t>(numberAt(facts, key))); }

bool isTrue(const Json& facts, const char* key) {
    const auto found = facts.find(key);
    return found != facts.end() && *found == true;
}

bool isNumber(const Json& facts, const char* key) {
    const auto found = facts.find(key);
    return found != facts.end() && found->is_number();
}

QString joinedTexts(const Json& facts, const char* key) {
    QStringList texts;
    const auto found = facts.find(key);
    if (found != facts.end() && found->is_array()) {
        for (const Json& text : *found) {
            if (text.is_string() && texts.size() < kShownWords)
                texts.append(QString::fromStdString(text.get<std::string>()));
        }
    }
    return texts.join(QStringLiteral(", "));
}

} // namespace

/// One sentence for what was found out at each rung, and where it breaks what to do.
class RungSentences {
public:
    static QString name(const QString& id) {
        const std::map<QString, QString> names = {
            {QStringLiteral("in_base"), WhyCard::tr("In the base")},        {QStringLiteral("parsed"), WhyCard::tr("Read")},
            {QStringLiteral("chunked"), WhyCard::tr("Within one chunk")},   {QStringLiteral("enabled"), WhyCard::tr("Switched on")},
            {QStringLiteral("embedded"), WhyCard::tr("Embedded")},          {QStringLiteral("words"), WhyCard::tr("Shares words")},
            {QStringLiteral("exact_rank"), WhyCard::tr("Near in meaning")}, {QStringLiteral("index_rank"), WhyCard::tr("Found by the index")},
            {QStringLiteral("fused_rank"), WhyCard::tr("Among the hits")},  {QStringLiteral("filters"), WhyCard::tr("Let through")}};
        const auto found = names.find(id);
        return found == names.end() ? id : found->second;
    }

    static QString sentence(const QString& id, bool broken, const Json& facts) {
        using Tell = QString (*)(bool, const Json&);
        const std::map<QString, Tell> tells = {{QStringLiteral("in_base"), inBase},       {QStringLiteral("parsed"), parsed},
                                               {QStringLiteral("chunked"), chunked},      {QStringLiteral("enabled"), enabled},
                                               {QStringLiteral("embedded"), embedded},    {QStringLiteral("words"), words},
                                               {QStringLiteral("exact_rank"), exactRank}, {QStringLiteral("index_rank"), indexRank},
                                               {QStringLiteral("fused_rank"), fusedRank}, {QStringLiteral("filters"), filters}};
        const auto found = tells.find(id);
        return found == tells.end() ? QString() : found->second(broken, facts);
    }

private:
    static QString inBase(bool broken, const Json& facts) {
        if (!broken)
            return isTrue(facts, "newer_waits") ? WhyCard::tr("It is there; a newer version waits for its vectors. Sync to finish it.") : WhyCard::tr("The document is there.");
        const QString similar = joinedTexts(facts, "similar");
        return similar.isEmpty() ? WhyCard::tr("There is no such document in the base. Add its file or its folder.")
                                 : WhyCard::tr("There is no such document in the base. Did you mean %1? Else add its file or its folder.").arg(similar);
    }
    static QString parsed(bool broken, const Json& facts) {
        if (!broken)
            return WhyCard::tr("Its text was read: %1 characters.").arg(whole(facts, "characters"));
        const QString reason = textAt(facts, "reason");
        return reason.isEmpty() ? WhyCard::tr("It has no text. A scanned page needs its text recognised before it is added.") : QStringLiteral("%1 %2").arg(reason, textAt(facts, "hint"));
    }
    static QString chunked(bool broken, const Json& facts) {
        if (isNumber(facts, "share")) {
            return (broken ? WhyCard::tr("What was asked is cut apart by chunk edges: the best chunk holds %1 of it. Take larger chunks, or more overlap.")
                           : WhyCard::tr("The best chunk holds %1 of what was asked; the rest is in a neighbour.")).arg(percentText(numberAt(facts, "share"), 0));
        }
        return broken ? WhyCard::tr("It has no chunk.") : WhyCard::tr("Chunk %1 of %2 says it.").arg(whole(facts, "chunk"), whole(facts, "chunks"));
    }
    static QString enabled(bool broken, const Json& facts) {
        return broken ? WhyCard::tr("Chunk %1 is switched off. Switch it on in the chunks of the document.").arg(whole(facts, "chunk")) : WhyCard::tr("The chunk may be found.");
    }
    static QString embedded(bool broken, const Json& facts) {
        const QString embedder = textAt(facts, "embedder");
        if (!broken)
            return WhyCard::tr("It has a vector of %1.").arg(embedder);
        if (const QString reason = textAt(facts, "reason"); !reason.isEmpty())
            return reason;
        return WhyCard::tr("Its vector is still to be made (%1 chunks wait). Sync the base.").arg(whole(facts, "waiting"));
    }
    static QString words(bool broken, const Json& facts) {
        const QString unknown = joinedTexts(facts, "unknown");
        QString text = WhyCard::tr("%1 of %2 words of the query stand in it.").arg(whole(facts, "shared"), whole(facts, "asked"));
        if (!unknown.isEmpty())
            text += QStringLiteral(" ") + WhyCard::tr("The base does not know: %1.").arg(unknown);
        if (broken)
            text += QStringLiteral(" ") + WhyCard::tr("Search by meaning, or with words of the document.");
        return text;
    }
    static QString exactRank(bool broken, const Json& facts) {
        const QString text = WhyCard::tr("By meaning it is number %1 of %2 (cosine %3, the best %4).")
                                 .arg(whole(facts, "rank"), whole(facts, "of"), QLocale().toString(numberAt(facts, "score"), 'f', 3), QLocale().toString(numberAt(facts, "best"), 'f', 3));
        return broken ? text + QStringLiteral(" ") + WhyCard::tr("The embedder does not see it near: ask otherwise, or try another embedder.") : text;
    }
    static QString indexRank(bool broken, const Json& facts) {
        if (isTrue(facts, "exact"))
            return WhyCard::tr("Every vector is compared, so nothing gets lost here.");
        return broken ? WhyCard::tr("The graph misses it. A thorough index, or a higher ef, finds more.") : WhyCard::tr("The graph finds it at %1.").arg(whole(facts, "rank"));
    }
    static QString fusedRank(bool broken, const Json& facts) {
        if (!broken)
            return WhyCard::tr("It is hit %1.").arg(whole(facts, "rank"));
        return isNumber(facts, "rank") ? WhyCard::tr("It is number %1, and only %2 hits were asked for. Ask for more hits.").arg(whole(facts, "rank"), whole(facts, "k"))
                                       : WhyCard::tr("It is not among the %1 candidates.").arg(whole(facts, "candidates"));
    }
    static QString filters(bool broken, const Json& facts) {
        if (!broken)
            return WhyCard::tr("No filter takes it out.");
        const QString filter = textAt(facts, "filter");
        return filter == QLatin1String("diversity") ? WhyCard::tr("It is too like a better hit. Ask for less diversity.") : WhyCard::tr("The filter \"%1\" takes it out.").arg(filter);
    }
};

WhyCard::WhyCard(const PageContext& context, QWidget* parent) : Card(parent), m_context(context) {
    m_question = new QLabel(this);
    m_question->setWordWrap(true);
    setTextStyle(m_question, TextSize::Body, Tone::Secondary);
    m_document = new QLineEdit(this);
    m_document->setObjectName(QStringLiteral("whyDocument"));
    m_document->setClearButtonEnabled(true);
    auto* const completer = new QCompleter(&m_names, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_document->setCompleter(completer);
    m_ask = new QPushButton(this);
    m_ask->setObjectName(QStringLiteral("whyAsk"));
    m_close = new QPushButton(this);
    m_close->setProperty("link", true);
    addCornerWidget(m_close);
    auto* const line = new QHBoxLayout;
    line->addWidget(m_document, 1);
    line->addWidget(m_ask);
    m_failed = new Banner(this);
    m_verdict = new QLabel(this);
    m_verdict->setObjectName(QStringLiteral("whyVerdict"));
    m_verdict->setWordWrap(true);
    setTextStyle(m_verdict, TextSize::Body, Tone::Text, true);
    m_ladder = new QWidget(this);
    m_rungs = new QVBoxLayout(m_ladder);
    m_rungs->setContentsMargins(0, 0, 0, 0);
    m_rungs->setSpacing(space::xs);
    body()->addWidget(m_question);
    body()->addLayout(line);
    body()->addWidget(m_failed);
    body()->addWidget(m_verdict);
    body()->addWidget(m_ladder);
    body()->addStretch();
    connect(m_ask, &QPushButton::clicked, this, &WhyCard::send);
    connect(m_document, &QLineEdit::returnPressed, this, &WhyCard::send);
    connect(m_close, &QPushButton::clicked, this, &WhyCard::hide);
    retranslate();
    hide();
}

void WhyCard::setBase(const QString& workspace, const QString& base) {
    const bool other = workspace != m_workspace || base != m_base;
    m_workspace = workspace;
    m_base = base;
    if (other) {
        m_answer.reset();
        m_failed->hide();
        m_document->clear();
        hide();
    }
    if (isVisible())
        readNames();
}

void WhyCard::readNames() {
    if (m_base.isEmpty())
        return;
    m_reading.start([workspace = m_workspace.toStdString(), base = m_base.toStdString()](const std::stop_token&) {
                        QStringList names;
                        for (const DocumentRecord& record : KnowledgeStore::open(findKnowledgeBase(Workspace::open(workspace), base)).documents()) {
                            if (names.size() < static_cast<qsizetype>(kMostNames))
                                names.append(QString::fromStdString(record.name));
                        }
                        return names;
                    },
                    [this](const QStringList& names) { m_names.setStringList(names); },
                    [](const Error&) {}); // a name may be typed without help
}

void WhyCard::ask(const QString& query, const QString& document) {
    m_query = query;
    m_answer.reset();
    m_failed->hide();
    if (!document.isEmpty())
        m_document->setText(document);
    show();
    readNames();
    showAnswer();
    retranslate();
    m_document->setFocus();
    if (!m_document->text().trimmed().isEmpty())
        send();
}

void WhyCard::send() {
    const QString document = m_document->text().trimmed();
    if (document.isEmpty() || m_query.isEmpty() || m_base.isEmpty())
        return;
    const Json request = {{"workspace", m_workspace.toStdString()}, {"base", m_base.toStdString()}, {"query", m_query.toStdString()}, {"document", document.toStdString()}, {"k", 10}};
    m_context.engines.answers.requestLatest(QStringLiteral("knowledge.why"), QStringLiteral("kb.why"), request, this,
                                            [this](const Json& answer) {
                                                m_answer = answer;
                                                m_failed->hide();
                                                showAnswer();
                                                Q_EMIT answered();
                                            },
                                            [this](const Error& error) {
                                                m_answer.reset();
                                                m_failed->showError(error);
                                                showAnswer();
                                                Q_EMIT answered();
                                            });
}

void WhyCard::clearRungs() {
    while (QLayoutItem* const item = m_rungs->takeAt(0)) {
        delete item->widget();
        delete item;
    }
}

void WhyCard::addRung(const QString& mark, Tone tone, const QString& name, const QString& sentence) {
    auto* const row = new QWidget(m_ladder);
    auto* const line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(space::s);
    auto* const sign = new QLabel(mark, row);
    sign->setFixedWidth(kMarkWidth);
    sign->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    setTextStyle(sign, TextSize::Body, tone, true);
    auto* const text = new QLabel(row);
    text->setTextFormat(Qt::RichText);
    text->setText(QStringLiteral("<b>%1</b>%2").arg(name.toHtmlEscaped(), sentence.isEmpty() ? QString() : QStringLiteral("  ") + sentence.toHtmlEscaped()));
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    setTextStyle(text, TextSize::Body, tone == Tone::Faint ? Tone::Faint : Tone::Text);
    text->setTextFormat(Qt::RichText);
    line->addWidget(sign);
    line->addWidget(text, 1);
    m_rungs->addWidget(row);
}

void WhyCard::showAnswer() {
    clearRungs();
    m_verdict->setVisible(m_answer.has_value());
    m_ladder->setVisible(m_answer.has_value());
    if (!m_answer)
        return;
    const QString broken = textAt(*m_answer, "broken");
    const QString document = textAt(*m_answer, "document");
    if (isNumber(*m_answer, "found"))
        m_verdict->setText(tr("\"%1\" is found: hit %2.").arg(document, whole(*m_answer, "found")));
    else
        m_verdict->setText(broken.isEmpty() ? tr("\"%1\": no rung is broken.").arg(document) : tr("\"%1\" is lost at: %2").arg(document, RungSentences::name(broken)));
    const auto rungs = m_answer->find("rungs");
    if (rungs == m_answer->end() || !rungs->is_array())
        return;
    for (const Json& rung : *rungs) {
        if (!rung.is_object())
            continue;
        const QString id = textAt(rung, "id"), state = textAt(rung, "state");
        const bool isBroken = state == QLatin1String("broken"), isSkipped = state == QLatin1String("skipped");
        addRung(state == QLatin1String("ok") ? QStringLiteral("✓") : isBroken ? QStringLiteral("✕") : isSkipped ? QStringLiteral("–") : QStringLiteral("?"),
                state == QLatin1String("ok") ? Tone::Good : isBroken ? Tone::Bad : isSkipped ? Tone::Faint : Tone::Warning, RungSentences::name(id),
                isSkipped ? QString() : RungSentences::sentence(id, isBroken, factsOf(rung)));
    }
}

void WhyCard::retranslate() {
    setTitle(tr("Why was it not found?"));
    m_question->setText(m_query.isEmpty() ? QString() : tr("Asked: %1").arg(m_query));
    m_question->setVisible(!m_query.isEmpty());
    m_document->setPlaceholderText(tr("The document that should have been found"));
    m_document->setAccessibleName(tr("The document that should have been found"));
    m_ask->setText(tr("Find out"));
    m_close->setText(tr("Close"));
    showAnswer();
}

} // namespace triptych::ui
