#pragma once

#include "engine_client/job_center.h"
#include "pages/common/outlook.h"

#include <QList>
#include <QString>

namespace triptych::ui {

/// The run that stands for one arm: "zero_shot", "retrieve", "head", "full", or "soft", which needs a teacher.
JobRequest armRequest(const QString& method, const QString& dataset, const QString& base);
/// All arms, cheapest first; the student learns from the fully fine-tuned model of the same list.
QList<JobRequest> allArmRequests(const QString& dataset, const QString& base);
/// Runs that measure these methods. A student's teacher is the measured fine-tuned model, else the one under way among
/// `jobs`, else one of this list, which is made if need be.
QList<JobRequest> measureRequests(const QStringList& methods, const Outlook& outlook, const QList<JobInfo>& jobs, const QString& base);

} // namespace triptych::ui
