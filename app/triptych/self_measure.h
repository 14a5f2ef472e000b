#pragma once

#include <QString>

/// `--self-measure`: starts this program several times and once with a job at work, prints one JSON document:
/// start (median of exec to first painted, input-ready frame), memory (PSS), whether LibTorch is mapped, and the
/// longest turn of the event loop. Returns the exit code.
int measureSelf(const QString& workspace, int starts, int seconds);

/// The measured halves, run in processes of their own by measureSelf. Each prints one JSON line.
int measureStart(const QString& workspace);
int measureStall(int seconds);

/// The longest turn of the event loop while the documents of `folder` are taken into a knowledge base by a real worker, the
/// Knowledge page in sight. Prints one JSON document; gives up after `mostSeconds`.
int measureIngest(const QString& folder, int mostSeconds);

/// A worker that does nothing but report, busily: what the window has to keep up with.
int runSyntheticWorker(const QString& runDirectory);
