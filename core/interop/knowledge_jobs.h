#pragma once

#include "jobs/job_runner.h"

namespace triptych {

/// "ingest/add" and "ingest/sync" -> {added, changed, removed, failed: [{document, reason, hint}], unchanged, chunks, embedded, timings},
/// over all starts of the run; "ingest/reembed" -> {embedder, dimension, chunks, embedded, timings}. They work on the base's database
/// under its lock, whose being taken is Error{Busy}, and commit as they go: a pause is a stop, and a resume goes on with what is left.
void registerKnowledgeJobs(JobRegistry& jobs);

} // namespace triptych
