#include "l10n/numbers.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <cmath>

namespace triptych::ui {

namespace {

QString none() { return QStringLiteral("—"); }

QString fixed(double value, int decimals) { return QLocale().toString(value, 'f', decimals); }

/// Decimals that leave `significant` digits.
int decimalsFor(double value, int significant) {
    if (value == 0)
        return 0;
    const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
    return std::max(0, significant - 1 - magnitude);
}

} // namespace

QString countText(std::int64_t count) { return QLocale().toString(static_cast<qlonglong>(count)); }

QString percentFigure(std::optional<double> fraction, int decimals) {
    return fraction && std::isfinite(*fraction) ? fixed(*fraction * 100, decimals) : none();
}

QString percentText(std::optional<double> fraction, int decimals) {
    if (!fraction || !std::isfinite(*fraction))
        return none();
    //: A share, e.g. "88.4 %"
    return QCoreApplication::translate("Numbers", "%1 %").arg(fixed(*fraction * 100, decimals));
}

QString intervalCaption(std::optional<double> low, std::optional<double> high, int decimals) {
    if (!low || !high)
        return {};
    //: 95 % confidence interval from %1 to %2, both per cent
    return QCoreApplication::translate("Numbers", "95 % %1–%2").arg(fixed(*low * 100, decimals), fixed(*high * 100, decimals));
}

QString intervalText(std::optional<double> value, std::optional<double> low, std::optional<double> high, int decimals) {
    if (!value)
        return QCoreApplication::translate("Numbers", "not measured");
    if (!low || !high)
        return percentText(value, decimals);
    return QCoreApplication::translate("Numbers", "%1 %, 95 % interval %2 to %3")
        .arg(fixed(*value * 100, decimals), fixed(*low * 100, decimals), fixed(*high * 100, decimals));
}

QString timesText(std::optional<double> ratio) {
    return ratio && std::isfinite(*ratio) ? fixed(*ratio, *ratio < 10 ? 1 : 0) + QStringLiteral(" ×") : none();
}

QString figureText(std::optional<double> value, int significant) {
    if (!value || !std::isfinite(*value))
        return none();
    const double size = std::abs(*value);
    if (size != 0 && (size < 0.001 || size >= 1e6))
        return QLocale().toString(*value, 'e', significant - 1);
    return fixed(*value, decimalsFor(*value, significant));
}

QString durationText(std::optional<double> seconds) {
    if (!seconds || !std::isfinite(*seconds) || *seconds < 0)
        return none();
    const double s = *seconds;
    if (s < 1)
        return QCoreApplication::translate("Numbers", "%1 ms").arg(fixed(s * 1000, 0));
    if (s < 9.95)
        return QCoreApplication::translate("Numbers", "%1 s").arg(fixed(s, 1));
    if (s < 120)
        return QCoreApplication::translate("Numbers", "%1 s").arg(fixed(s, 0));
    const auto minutes = static_cast<qint64>(std::llround(s / 60));
    if (minutes < 120)
        return QCoreApplication::translate("Numbers", "%1 min").arg(minutes);
    return QCoreApplication::translate("Numbers", "%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QString etaText(std::optional<double> seconds) {
    if (!seconds || !std::isfinite(*seconds) || *seconds < 0 || *seconds > 1e7)
        return none();
    const auto s = static_cast<qint64>(std::llround(*seconds));
    const QChar zero = u'0';
    if (s < 3600)
        return QStringLiteral("%1:%2").arg(s / 60).arg(s % 60, 2, 10, zero);
    return QStringLiteral("%1:%2:%3").arg(s / 3600).arg(s / 60 % 60, 2, 10, zero).arg(s % 60, 2, 10, zero);
}

namespace {
QString bareMs(double ms) { return fixed(ms, ms < 1 ? 2 : ms < 10 ? 1 : 0); }
} // namespace

QString millisecondsText(double ms) { return QCoreApplication::translate("Numbers", "%1 ms").arg(bareMs(ms)); }

QString latencyText(double p50Ms, double p95Ms) {
    //: Median and 95th percentile of a latency
    return QCoreApplication::translate("Numbers", "%1 / %2 ms").arg(bareMs(p50Ms), bareMs(p95Ms));
}

QString bytesText(std::optional<double> bytes) {
    if (!bytes || *bytes < 0)
        return none();
    const double b = *bytes;
    const int decimals = b < 1000 ? 0 : [b] {
        double scaled = b;
        while (scaled >= 1000)
            scaled /= 1000;
        return scaled < 10 ? 1 : 0;
    }();
    return QLocale().formattedDataSize(static_cast<qint64>(b), decimals, QLocale::DataSizeSIFormat);
}

QString rateText(double perSecond) {
    if (!(perSecond > 0))
        return none();
    //: Things a second
    return QCoreApplication::translate("Numbers", "%1 /s").arg(fixed(perSecond, perSecond < 10 ? 1 : 0));
}

QString shortCountText(std::int64_t count) {
    const auto value = static_cast<double>(count);
    if (count < 10'000)
        return countText(count);
    if (count < 1'000'000)
        return fixed(value / 1e3, 0) + QStringLiteral(" k");
    if (count < 1'000'000'000)
        return fixed(value / 1e6, count < 100'000'000 ? 1 : 0) + QStringLiteral(" M");
    return fixed(value / 1e9, 1) + QStringLiteral(" G");
}

QString timeText(const QString& iso) {
    QDateTime time = QDateTime::fromString(iso, Qt::ISODate);
    if (!time.isValid())
        return iso;
    return QLocale().toString(time.toLocalTime(), QLocale::ShortFormat);
}

} // namespace triptych::ui
