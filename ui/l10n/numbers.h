#pragma once

#include <QString>

#include <cstdint>
#include <optional>

namespace triptych::ui {

// All by QLocale's default, which the language switch sets. An absent value reads "—".

QString countText(std::int64_t count);
/// 0.884 -> "88.4 %".
QString percentText(std::optional<double> fraction, int decimals = 1);
/// The figure alone, for a big figure with its unit beside: "88.4".
QString percentFigure(std::optional<double> fraction, int decimals = 1);
/// "95 % 86.2–90.4", empty without an interval.
QString intervalCaption(std::optional<double> low, std::optional<double> high, int decimals = 1);
/// The whole sentence, for tool tips and screen readers: "88.4 %, 95 % interval 86.2 to 90.4".
QString intervalText(std::optional<double> value, std::optional<double> low, std::optional<double> high, int decimals = 1);
/// A ratio: "30.2 ×".
QString timesText(std::optional<double> ratio);
/// Three significant digits, no exponent within 0.001..1e6: metric values on axes and in tables.
QString figureText(std::optional<double> value, int significant = 3);
/// "850 ms", "9 s", "4 min", "2 h 10 min".
QString durationText(std::optional<double> seconds);
/// A clock for what is left: "0:15", "1:02:00".
QString etaText(std::optional<double> seconds);
/// "7 / 11 ms"; below 10 ms one decimal, below 1 ms two.
QString latencyText(double p50Ms, double p95Ms);
QString millisecondsText(double ms);
/// "83 MB" (powers of ten).
QString bytesText(std::optional<double> bytes);
/// "48 /s".
QString rateText(double perSecond);
/// Parameters and the like: "22.7 M", "334 k".
QString shortCountText(std::int64_t count);
/// Date and time of an ISO 8601 UTC string, short, in local time.
QString timeText(const QString& iso);

} // namespace triptych::ui
