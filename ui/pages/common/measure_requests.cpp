#include "pages/common/measure_requests.h"

#include "l10n/words.h"

#include <algorithm>

namespace triptych::ui {

JobRequest armRequest(const QString& method, const QString& dataset, const QString& base) {
    JobRequest request;
    request.kind = method == QLatin1String("soft") ? QStringLiteral("distill") : QStringLiteral("train");
    request.method = method;
    request.dataset = dataset;
    request.model = base;
    return request;
}

QList<JobRequest> allArmRequests(const QString& dataset, const QString& base) {
    QList<JobRequest> requests;
    for (const char* method : {"zero_shot", "retrieve", "head", "full", "soft"})
        requests.append(armRequest(QString::fromLatin1(method), dataset, base));
    requests.last().teacherRequest = static_cast<int>(requests.size()) - 2;
    return requests;
}

QList<JobRequest> measureRequests(const QStringList& methods, const Outlook& outlook, const QList<JobInfo>& jobs, const QString& base) {
    QList<JobRequest> requests;
    const QString dataset = outlook.dataset ? qstr(outlook.dataset->name) : QString();
    for (const QString& method : methods) {
        JobRequest request = armRequest(method, dataset, base);
        if (method == QLatin1String("soft")) {
            const auto underWay = std::find_if(jobs.begin(), jobs.end(), [&](const JobInfo& job) {
                return job.isActive() && job.status.state != RunState::Cancelling && job.dataset == dataset && job.method == QLatin1String("full");
            });
            if (const RunSummary* teacher = outlook.runOf(Technique::FineTune)) {
                request.teacher = teacher->model;
            } else if (underWay != jobs.end()) {
                request.teacherRun = underWay->id;
            } else {
                if (requests.isEmpty() || requests.last().method != QLatin1String("full"))
                    requests.append(armRequest(QStringLiteral("full"), dataset, base));
                request.teacherRequest = static_cast<int>(requests.size()) - 1;
            }
        }
        requests.append(request);
    }
    return requests;
}

} // namespace triptych::ui
