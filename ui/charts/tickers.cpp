#include "charts/tickers.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace triptych::ui {

QString plainNumber(double value, const QLocale& locale) {
    const double size = std::abs(value);
    if (size == 0)
        return locale.toString(0);
    if (size < 1e-4 || size >= 1e9)
        return locale.toString(value, 'g', 3);
    if (size >= 1000)
        return locale.toString(std::round(value), 'f', 0);
    const int decimals = std::clamp(3 - static_cast<int>(std::floor(std::log10(size))), 0, 6);
    const double rounded = std::round(value * std::pow(10, decimals)) / std::pow(10, decimals);
    int needed = decimals;
    while (needed > 0) {
        const double scaled = rounded * std::pow(10, needed - 1);
        if (std::abs(scaled - std::round(scaled)) > 1e-6)
            break;
        --needed;
    }
    return locale.toString(rounded, 'f', needed);
}

QVector<double> LogTicker::createTickVector(double, const QCPRange& range) {
    QVector<double> ticks;
    if (range.lower <= 0 || range.upper <= range.lower)
        return ticks;
    const int from = static_cast<int>(std::floor(std::log10(range.lower)));
    const int to = static_cast<int>(std::ceil(std::log10(range.upper)));
    const double decades = std::log10(range.upper / range.lower);
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / 6)));
    for (int exponent = from; exponent <= to; exponent += stride) {
        const double power = std::pow(10.0, exponent);
        ticks.append(power);
        if (decades < 2.6) {
            ticks.append(2 * power);
            ticks.append(5 * power);
        }
    }
    return ticks;
}

QVector<double> LogTicker::createSubTickVector(int, const QVector<double>&) {
    return {};
}

QString LogTicker::getTickLabel(double tick, const QLocale& locale, QChar, int) {
    return plainNumber(tick, locale);
}

double PlainTicker::getTickStep(const QCPRange& range) {
    m_step = QCPAxisTicker::getTickStep(range);
    if (m_integers)
        m_step = std::max(1.0, std::round(m_step));
    return m_step;
}

QString PlainTicker::getTickLabel(double tick, const QLocale& locale, QChar, int) {
    if (std::abs(tick) < m_step * 1e-9)
        return locale.toString(0);
    if (m_step < 1e-4 || std::abs(tick) >= 1e9)
        return locale.toString(tick, 'g', 3);
    const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(m_step) + 1e-9)));
    // 2.5 and its kin need one digit more than their power of ten.
    const double scaled = m_step * std::pow(10, decimals);
    return locale.toString(tick, 'f', std::abs(scaled - std::round(scaled)) > 1e-6 ? decimals + 1 : decimals);
}

} // namespace triptych::ui
