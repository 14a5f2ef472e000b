#include "shell/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include <cmath>
#include <optional>

namespace triptych::ui {

namespace {

QByteArray svgSource(const QString& name, const QColor& color) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return file.readAll().replace("currentColor", color.name().toLatin1());
}

class TintedIconEngine : public QIconEngine {
public:
    TintedIconEngine(QString name, Tone tone, std::optional<Technique> technique)
        : m_name(std::move(name)), m_tone(tone), m_technique(technique) {}

    QIconEngine* clone() const override { return new TintedIconEngine(*this); }
    QString key() const override { return QStringLiteral("triptych-tinted"); }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
        const qreal ratio = painter->device() ? painter->device()->devicePixelRatio() : 1;
        const int side = qMin(rect.width(), rect.height());
        const QPixmap picture = iconPixmap(m_name, color(mode, state), side, ratio);
        painter->drawPixmap(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, picture);
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        return iconPixmap(m_name, color(mode, state), qMin(size.width(), size.height()), 1);
    }
    QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State state, qreal scale) override {
        // Called with the size in device pixels; QIcon sets the ratio of what comes back.
        Q_UNUSED(scale)
        return pixmap(size, mode, state);
    }

private:
    QColor color(QIcon::Mode mode, QIcon::State state) const {
        const ThemeTokens& theme = tokens();
        if (mode == QIcon::Disabled)
            return theme.faint;
        if (m_technique)
            return techniqueColor(*m_technique, theme);
        if (mode == QIcon::Selected || state == QIcon::On)
            return theme.accent;
        return toneColor(m_tone, theme);
    }
    QString m_name;
    Tone m_tone;
    std::optional<Technique> m_technique;
};

} // namespace

QPixmap iconPixmap(const QString& name, const QColor& color, int size, qreal devicePixelRatio) {
    const int pixels = qMax(1, static_cast<int>(std::lround(size * devicePixelRatio)));
    const QString key = QStringLiteral("icon/%1/%2/%3").arg(name, color.name()).arg(pixels);
    QPixmap picture;
    if (!QPixmapCache::find(key, &picture)) {
        picture = QPixmap(pixels, pixels);
        picture.fill(Qt::transparent);
        QSvgRenderer renderer(svgSource(name, color));
        if (renderer.isValid()) {
            QPainter painter(&picture);
            renderer.render(&painter, QRectF(0, 0, pixels, pixels));
        }
        QPixmapCache::insert(key, picture);
    }
    picture.setDevicePixelRatio(devicePixelRatio);
    return picture;
}

QIcon icon(const QString& name, Tone tone) { return QIcon(new TintedIconEngine(name, tone, std::nullopt)); }

QString techniqueIconName(Technique technique) {
    switch (technique) {
    case Technique::Rag: return QStringLiteral("retrieve");
    case Technique::FineTune: return QStringLiteral("finetune");
    case Technique::Distill: return QStringLiteral("distil");
    case Technique::Hybrid: return QStringLiteral("hybrid");
    case Technique::ZeroShot: break;
    }
    return QStringLiteral("zeroshot");
}

QIcon techniqueIcon(Technique technique) {
    return QIcon(new TintedIconEngine(techniqueIconName(technique), Tone::Text, technique));
}

} // namespace triptych::ui
