#include "pages/common/measure_requests.h"

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

} // namespace triptych::ui
