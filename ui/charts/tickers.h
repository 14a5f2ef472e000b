#pragma once

#include "charts/qcustomplot_header.h"

#include <QLocale>

namespace triptych::ui {

/// Ticks of a logarithmic axis that stays readable over a short range: powers of ten where the range spans
/// more than two and a half decades, else 1, 2 and 5 of each. Labels are plain numbers ("0.1", "20"), never powers.
class LogTicker : public QCPAxisTicker {
protected:
    QVector<double> createTickVector(double tickStep, const QCPRange& range) override;
    QVector<double> createSubTickVector(int subTickCount, const QVector<double>& ticks) override;
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar, int precision) override;
};

/// Plain numbers in the language's own form, without trailing zeros or powers of ten for ordinary values.
class PlainTicker : public QCPAxisTicker {
public:
    explicit PlainTicker(bool integers = false) : m_integers(integers) { setTickCount(4); }

protected:
    double getTickStep(const QCPRange& range) override;
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale& locale, QChar formatChar, int precision) override;

private:
    bool m_integers;
    double m_step = 1;
};

/// A value for the hover box: four significant digits, grouped thousands, an exponent only when unavoidable.
QString plainNumber(double value, const QLocale& locale = QLocale());

} // namespace triptych::ui
