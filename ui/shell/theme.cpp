#include "shell/theme.h"

#include <QApplication>
#include <QEvent>
#include <QFile>
#include <QFont>
#include <QLabel>
#include <QPainter>
#include <QStyle>
#include <QStyleFactory>
#include <QWidget>

#include <utility>

/// The pictures lie in a static library: without a call into them the linker leaves them out.
static void initPictures() { Q_INIT_RESOURCE(window); }

namespace triptych::ui {

namespace {

QColor rgb(quint32 value) { return QColor::fromRgb(value); }

const char* toneWord(Tone tone) {
    switch (tone) {
    case Tone::Text: return "text";
    case Tone::Secondary: return "secondary";
    case Tone::Faint: return "faint";
    case Tone::Accent: return "accent";
    case Tone::Good: return "good";
    case Tone::Warning: return "warning";
    case Tone::Bad: return "bad";
    }
    return "text";
}

} // namespace

QString themeChoiceName(ThemeChoice choice) {
    switch (choice) {
    case ThemeChoice::Light: return QStringLiteral("light");
    case ThemeChoice::Dark: return QStringLiteral("dark");
    case ThemeChoice::System: break;
    }
    return QStringLiteral("system");
}

ThemeChoice themeChoiceFromName(const QString& name) {
    if (name == QLatin1String("light"))
        return ThemeChoice::Light;
    return name == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

const ThemeTokens& lightTokens() {
    static const ThemeTokens theme = [] {
        ThemeTokens t;
        t.dark = false;
        t.background = rgb(0xF5F6F8), t.surface = rgb(0xFFFFFF), t.raised = rgb(0xFBFCFD);
        t.border = rgb(0xDDE2E8), t.grid = rgb(0xE9EDF1);
        t.text = rgb(0x1B2027), t.secondary = rgb(0x5B6672), t.faint = rgb(0x8A95A1);
        t.accent = rgb(0x2563C9), t.accentGround = rgb(0xE8F0FD), t.onAccent = rgb(0xFFFFFF);
        t.retrieve = rgb(0x0072B2), t.fineTune = rgb(0xC8560A), t.distil = rgb(0x00856A);
        t.hybrid = rgb(0x7E4FA3), t.zeroShot = rgb(0x6B7580);
        t.good = rgb(0x1A7F4B), t.warning = rgb(0x9A6700), t.bad = rgb(0xB3261E);
        t.passage = rgb(0xFFF1C9);
        return t;
    }();
    return theme;
}

const ThemeTokens& darkTokens() {
    static const ThemeTokens theme = [] {
        ThemeTokens t;
        t.dark = true;
        t.background = rgb(0x14171B), t.surface = rgb(0x1C2026), t.raised = rgb(0x20252C);
        t.border = rgb(0x313842), t.grid = rgb(0x2A3038);
        t.text = rgb(0xE8ECF1), t.secondary = rgb(0xA3AEBA), t.faint = rgb(0x76818D);
        t.accent = rgb(0x6EA8FF), t.accentGround = rgb(0x1E2C44), t.onAccent = rgb(0x0E1420);
        t.retrieve = rgb(0x56B4E9), t.fineTune = rgb(0xF0894E), t.distil = rgb(0x3CC9A0);
        t.hybrid = rgb(0xC39BE0), t.zeroShot = rgb(0x9AA5B1);
        t.good = rgb(0x5BC98A), t.warning = rgb(0xE0B04A), t.bad = rgb(0xF28B82);
        t.passage = rgb(0x4A3F1C);
        return t;
    }();
    return theme;
}

const ThemeTokens& tokens() {
    return QGuiApplication::palette().color(QPalette::Window).lightness() < 128 ? darkTokens() : lightTokens();
}

QFont textFont(TextSize size, bool strong) {
    QFont font = QApplication::font();
    font.setPixelSize(static_cast<int>(size));
    font.setWeight(strong ? QFont::DemiBold : QFont::Normal);
    return font;
}

void setTextStyle(QWidget* label, TextSize size, Tone tone, bool strong) {
    // Most texts hold names or sentences from outside somewhere; a label with markup of ours says so itself.
    if (auto* text = qobject_cast<QLabel*>(label); text && text->textFormat() == Qt::AutoText)
        text->setTextFormat(Qt::PlainText);
    label->setProperty("textSize", static_cast<int>(size));
    label->setProperty("strong", strong);
    setTone(label, tone);
}

void setTone(QWidget* label, Tone tone) {
    label->setProperty("tone", QLatin1String(toneWord(tone)));
    label->style()->unpolish(label);
    label->style()->polish(label);
    label->update();
}

QColor toneColor(Tone tone, const ThemeTokens& theme) {
    switch (tone) {
    case Tone::Text: return theme.text;
    case Tone::Secondary: return theme.secondary;
    case Tone::Faint: return theme.faint;
    case Tone::Accent: return theme.accent;
    case Tone::Good: return theme.good;
    case Tone::Warning: return theme.warning;
    case Tone::Bad: return theme.bad;
    }
    return theme.text;
}

QColor techniqueColor(Technique technique, const ThemeTokens& theme) {
    switch (technique) {
    case Technique::Rag: return theme.retrieve;
    case Technique::FineTune: return theme.fineTune;
    case Technique::Distill: return theme.distil;
    case Technique::Hybrid: return theme.hybrid;
    case Technique::ZeroShot: break;
    }
    return theme.zeroShot;
}

QString techniqueShape(Technique technique) {
    switch (technique) {
    case Technique::Rag: return QStringLiteral("◆");
    case Technique::FineTune: return QStringLiteral("■");
    case Technique::Distill: return QStringLiteral("▲");
    case Technique::Hybrid: return QStringLiteral("●");
    case Technique::ZeroShot: break;
    }
    return QStringLiteral("✕");
}

void paintTechniqueShape(QPainter& painter, Technique technique, QPointF centre, qreal size, const ThemeTokens& theme) {
    const QColor color = techniqueColor(technique, theme);
    const qreal r = size / 2;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.translate(centre);
    switch (technique) {
    case Technique::Rag:
        painter.drawPolygon(QPolygonF({{0, -r}, {r, 0}, {0, r}, {-r, 0}}));
        break;
    case Technique::FineTune:
        painter.drawRect(QRectF(-r * 0.84, -r * 0.84, r * 1.68, r * 1.68));
        break;
    case Technique::Distill:
        painter.drawPolygon(QPolygonF({{0, -r * 0.95}, {r, r * 0.8}, {-r, r * 0.8}}));
        break;
    case Technique::Hybrid:
        painter.drawEllipse(QPointF(0, 0), r * 0.95, r * 0.95);
        break;
    case Technique::ZeroShot:
        painter.setPen(QPen(color, qMax<qreal>(1.5, size / 6), Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(-r * 0.7, -r * 0.7), QPointF(r * 0.7, r * 0.7));
        painter.drawLine(QPointF(-r * 0.7, r * 0.7), QPointF(r * 0.7, -r * 0.7));
        break;
    }
    painter.restore();
}

Qt::PenStyle seriesDash(int index) {
    static constexpr std::array kDashes = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    return kDashes[static_cast<std::size_t>(index) % kDashes.size()];
}

QPalette themePalette(const ThemeTokens& theme) {
    QPalette palette;
    const auto set = [&palette](QPalette::ColorRole role, const QColor& color) { palette.setColor(role, color); };
    set(QPalette::Window, theme.background);
    set(QPalette::WindowText, theme.text);
    set(QPalette::Base, theme.surface);
    set(QPalette::AlternateBase, theme.raised);
    set(QPalette::Text, theme.text);
    set(QPalette::BrightText, theme.bad);
    set(QPalette::PlaceholderText, theme.faint);
    set(QPalette::Button, theme.raised);
    set(QPalette::ButtonText, theme.text);
    set(QPalette::ToolTipBase, theme.surface);
    set(QPalette::ToolTipText, theme.text);
    set(QPalette::Highlight, theme.accent);
    set(QPalette::HighlightedText, theme.onAccent);
    set(QPalette::Link, theme.accent);
    set(QPalette::LinkVisited, theme.accent);
    set(QPalette::Light, theme.surface);
    set(QPalette::Midlight, theme.grid);
    set(QPalette::Mid, theme.border);
    set(QPalette::Dark, theme.border);
    set(QPalette::Shadow, theme.border);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, theme.faint);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, theme.border);
    return palette;
}

QString themeStyleSheet(const ThemeTokens& theme) {
    QFile file(QStringLiteral(":/themes/window.qss"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString sheet = QString::fromUtf8(file.readAll());
    const std::pair<const char*, QColor> colors[] = {
        {"background", theme.background}, {"surface", theme.surface}, {"raised", theme.raised},
        {"border", theme.border}, {"grid", theme.grid}, {"text", theme.text}, {"secondary", theme.secondary},
        {"faint", theme.faint}, {"accent", theme.accent}, {"accentGround", theme.accentGround},
        {"onAccent", theme.onAccent}, {"good", theme.good}, {"warning", theme.warning}, {"bad", theme.bad},
        {"field", theme.background}, {"accentHover", theme.dark ? theme.accent.lighter(112) : theme.accent.darker(112)}};
    for (const auto& [name, color] : colors)
        sheet.replace(u'{' + QLatin1String(name) + u'}', color.name());
    const QString folder = theme.dark ? QStringLiteral(":/themes/dark/") : QStringLiteral(":/themes/light/");
    sheet.replace(QLatin1String("{chevronDown}"), folder + QLatin1String("chevron-down.svg"));
    sheet.replace(QLatin1String("{chevronUp}"), folder + QLatin1String("chevron-up.svg"));
    sheet.replace(QLatin1String("{check}"), folder + QLatin1String("check.svg"));
    return sheet;
}

ThemeController::ThemeController(QObject* parent) : QObject(parent) {
    m_systemDark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    initPictures();
    qApp->installEventFilter(this);
}

bool ThemeController::isDark() const {
    return m_choice == ThemeChoice::Dark || (m_choice == ThemeChoice::System && m_systemDark);
}

void ThemeController::setChoice(ThemeChoice choice) {
    if (m_applied && choice == m_choice)
        return;
    m_choice = choice;
    apply();
}

bool ThemeController::eventFilter(QObject* watched, QEvent* event) {
    // ThemeChange is the desktop's own; our palette would hide what it changed to, so it is taken off to look.
    if (m_applied && !m_applying && watched == qApp && event->type() == QEvent::ThemeChange) {
        m_applying = true;
        QApplication::setPalette(QPalette());
        m_systemDark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
        m_applying = false;
        apply();
    }
    return QObject::eventFilter(watched, event);
}

void ThemeController::apply() {
    m_applying = true;
    const ThemeTokens& theme = isDark() ? darkTokens() : lightTokens();
    if (!m_applied)
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(themePalette(theme));
    qApp->setStyleSheet(themeStyleSheet(theme));
    m_applied = true;
    m_applying = false;
    Q_EMIT changed();
}

} // namespace triptych::ui
