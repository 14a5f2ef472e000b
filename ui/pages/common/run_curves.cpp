#include "pages/common/run_curves.h"

#include "charts/line_chart.h"
#include "l10n/words.h"

namespace triptych::ui {

RunCurves::RunCurves(JobCenter& jobs, QObject* parent) : QObject(parent), m_jobs(jobs), m_loading(this) {
    connect(&m_jobs, &JobCenter::metricsArrived, this, [this](const QString& id, const QList<MetricPoint>& points) {
        if (id != m_run)
            return;
        for (const MetricPoint& point : points)
            append(point);
        setEnd();
    });
}

void RunCurves::bind(const QString& metric, LineChart* chart, int series) {
    m_bindings.append({metric, chart, series});
}

void RunCurves::show(const std::filesystem::path& workspaceFolder, const QString& runId) {
    if (runId == m_run && !runId.isEmpty())
        return;
    m_run = runId;
    m_loading.stop();
    for (const Binding& binding : m_bindings)
        binding.chart->clearData();
    if (runId.isEmpty())
        return;
    const QList<MetricPoint> known = m_jobs.metrics(runId);
    if (!known.isEmpty()) {
        fill(known);
        setEnd();
        return;
    }
    // A run that ended before this start of the window: its points lie in the workspace.
    m_loading.start([folder = workspaceFolder, id = runId.toStdString()](const std::stop_token&) { return Workspace::open(folder).metrics(id); },
                    [this](const std::vector<MetricPoint>& points) {
                        fill(QList<MetricPoint>(points.begin(), points.end()));
                        setEnd();
                    },
                    [](const Error&) {}); // the charts stay empty and say so; the run's record shows the fault
}

void RunCurves::fill(const QList<MetricPoint>& points) {
    for (const MetricPoint& point : points)
        append(point);
}

void RunCurves::append(const MetricPoint& point) {
    const QString name = qstr(point.name);
    for (const Binding& binding : m_bindings) {
        if (binding.metric == name)
            binding.chart->append(binding.series, static_cast<double>(point.step), point.value);
    }
}

void RunCurves::setEnd() {
    const auto job = m_jobs.job(m_run);
    if (!job || !job->isActive() || job->status.unit != "steps")
        return;
    for (const Binding& binding : m_bindings)
        binding.chart->setXEnd(static_cast<double>(job->status.total));
}

} // namespace triptych::ui
