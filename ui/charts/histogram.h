#pragma once

#include "charts/chart.h"

#include <optional>
#include <vector>

class QCPBars;

namespace triptych::ui {

struct HistogramBin {
    double low = 0, high = 0; ///< [low, high); the last bin holds its upper end too
    std::int64_t count = 0;
};
/// Bins of a round width (1, 2 or 5 times a power of ten; whole numbers where all values are), about
/// `wanted` of them.
std::vector<HistogramBin> histogramBins(const std::vector<double>& values, int wanted = 30);

/// Bars over numeric bins, with an optional limit drawn as a dashed line.
class Histogram : public Chart {
    Q_OBJECT
public:
    explicit Histogram(QWidget* parent = nullptr);
    void setBins(std::vector<HistogramBin> bins);
    /// The label says what lies beyond, e.g. "limit 64".
    void setLimit(std::optional<double> limit, const QString& label = {});

    bool hasData() const override { return !m_bins.empty(); }
    QString csv() const override;

protected:
    void populate() override;
    Hover hoverAt(QPointF pixel) const override;
    Hover walk(int direction) override;

private:
    void paint(QPainter& painter) const;
    Hover hoverFor(std::size_t index) const;

    std::vector<HistogramBin> m_bins;
    std::optional<double> m_limit;
    QString m_limitLabel;
    std::optional<std::size_t> m_walked;
};

} // namespace triptych::ui
