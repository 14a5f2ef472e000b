#include "pages/knowledge/base_facts.h"

#include "base/files.h"
#include "base/progress.h"
#include "documents/folder.h"
#include "knowledge/edit.h"
#include "knowledge/ingest.h"
#include "l10n/words.h"

#include <map>
#include <utility>

namespace triptych::ui {

namespace fs = std::filesystem;

namespace {

DocumentState stateOfFile(const DocumentRecord& record) {
    std::error_code error;
    const auto modified = fs::last_write_time(record.source, error);
    if (error)
        return DocumentState::Gone;
    const auto bytes = fs::file_size(record.source, error);
    return !error && documentTime(modified) == record.modified && static_cast<std::int64_t>(bytes) == record.bytes ? DocumentState::Indexed : DocumentState::Changed;
}

DocumentRow rowOf(const DocumentRecord& record) {
    DocumentRow row;
    row.name = qstr(record.name);
    row.source = qstr(record.source);
    row.root = qstr(record.root);
    row.type = qstr(record.type);
    row.language = qstr(record.language);
    for (const std::string& tag : record.tags)
        row.tags.append(qstr(tag));
    row.chunks = record.chunks;
    row.state = record.root.empty() ? DocumentState::Indexed : stateOfFile(record); // a text at hand has no file
    return row;
}

} // namespace

fs::path baseFolder(const QString& workspace, const QString& base) { return fs::path(workspace.toStdString()) / "knowledge" / base.toStdString(); }

BaseFacts readBaseFacts(const QString& workspace, const QString& base) {
    const KnowledgeStore store = KnowledgeStore::open(baseFolder(workspace, base));
    const Json settings = store.settings();
    BaseFacts facts;
    facts.name = base;
    facts.counts = store.counts();
    facts.chunker = chunkerSettings(settings);
    const auto set = store.activeSet();
    facts.embedder = qstr(set ? set->embedder : settings.value("embedder", std::string()));
    facts.int8 = set ? set->int8 : settings.value("int8", false);
    facts.roots = store.roots();
    facts.snapshots = store.snapshots();
    facts.bytes = store.bytes();
    return facts;
}

std::vector<DocumentRow> readDocumentRows(const fs::path& folder, const std::vector<fs::path>& reading, const std::stop_token& stop) {
    const KnowledgeStore store = KnowledgeStore::open(folder);
    std::map<std::string, DocumentRow> rows;
    for (const DocumentRecord& record : store.documents()) {
        throwIfStopped(stop);
        rows.emplace(record.name, rowOf(record));
    }
    for (const FailedDocument& failure : store.failures()) {
        DocumentRow& row = rows[failure.name]; // that of an earlier state of the file, if there is one, still answers
        row.name = qstr(failure.name);
        row.source = qstr(failure.source);
        row.root = qstr(failure.root);
        row.reason = qstr(failure.reason);
        row.hint = qstr(failure.hint);
        row.state = DocumentState::Failed;
    }
    for (const fs::path& path : reading) {
        std::error_code error;
        if (!fs::exists(path, error))
            continue;
        const DocumentListing listing = listDocuments(path, stop);
        for (const FoundDocument& file : listing.documents) {
            const auto [place, isNew] = rows.try_emplace(file.name);
            DocumentRow& row = place->second;
            if (isNew) {
                row.name = qstr(file.name);
                row.source = qstr(file.path.string());
                row.root = qstr(path.string());
                row.type = qstr(file.type.name);
                row.state = DocumentState::Reading;
            } else if (row.state == DocumentState::Changed) {
                row.state = DocumentState::Reading;
            }
        }
    }
    std::vector<DocumentRow> list;
    list.reserve(rows.size());
    for (auto& [name, row] : rows)
        list.push_back(std::move(row));
    return list;
}

void changeBase(Background& background, const fs::path& folder, std::function<void(KnowledgeStore&)> change, std::function<void()> done,
                std::function<void(const Error&)> failed) {
    background.start(
        [folder, change = std::move(change)](const std::stop_token&) {
            const FileLock lock = lockKnowledgeBase(folder);
            KnowledgeStore store = KnowledgeStore::open(folder);
            change(store);
            return true;
        },
        [done = std::move(done)](bool) { done(); }, std::move(failed));
}

std::optional<JobInfo> ingestOf(const JobCenter& jobs, const QString& base) {
    const QList<JobInfo> all = jobs.jobs();
    std::optional<JobInfo> newest;
    for (const JobInfo& job : all) {
        if (job.kind == QLatin1String("ingest") && job.knowledgeBase == base && !base.isEmpty() && (!newest || isUnderWay(job) || !isUnderWay(*newest)))
            newest = job;
    }
    if (newest && (newest->status.state == RunState::Done || newest->status.state == RunState::Cancelled))
        newest.reset();
    return newest;
}

bool isUnderWay(const JobInfo& job) { return !isFinal(job.status.state); }

JobRequest ingestRequest(const QString& method, const QString& base) {
    JobRequest request;
    request.kind = QStringLiteral("ingest");
    request.method = method;
    request.knowledgeBase = base;
    return request;
}

} // namespace triptych::ui
