#pragma once

#include "engine_client/background.h"
#include "engine_client/job_center.h"

#include <QObject>

namespace triptych::ui {

class LineChart;

/// Fills charts with the metric events of one run: what is known at once, what is stored from the workspace,
/// what comes while it runs. Each metric has its line.
class RunCurves : public QObject {
    Q_OBJECT
public:
    RunCurves(JobCenter& jobs, QObject* parent);
    void bind(const QString& metric, LineChart* chart, int series);
    /// Empty: clears the charts.
    void show(const std::filesystem::path& workspaceFolder, const QString& runId);
    QString run() const { return m_run; }

private:
    void fill(const QList<MetricPoint>& points);
    void append(const MetricPoint& point);
    void setEnd();

    struct Binding {
        QString metric;
        LineChart* chart;
        int series;
    };
    JobCenter& m_jobs;
    Background m_loading;
    QList<Binding> m_bindings;
    QString m_run;
};

} // namespace triptych::ui
