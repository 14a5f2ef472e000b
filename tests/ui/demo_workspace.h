#pragma once

#include <QString>

/// A small workspace with a data set of three labels, four finished runs (one a technique) with metrics and
/// predictions, and one that failed: what the pages look like when there is something to see.
void makeDemoWorkspace(const QString& folder);
/// One finished run of a method; returns its id.
QString addFinishedRun(const QString& workspaceFolder, const QString& method, double accuracy);
