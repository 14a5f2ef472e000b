#include "knowledge/edit.h"

#include "base/error.h"
#include "base/progress.h"
#include "datasets/object_name.h"
#include "datasets/text_folding.h"
#include "documents/folder.h"
#include "knowledge/chunker.h"
#include "knowledge/ingest.h"
#include "storage/workspace.h"
#include "text/unicode.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace triptych {

namespace fs = std::filesystem;

namespace {

fs::path folderOf(const Workspace& workspace, std::string_view name) {
    checkKnowledgeBaseName(name);
    return workspace.folder() / "knowledge" / name;
}

Error noBase(const fs::path& folder) {
    return Error(ErrorCode::NotFound, fmt::format("there is no knowledge base '{}' in the workspace", folder.filename().string()),
                 "`triptych-cli kb list` names those there are.");
}

/// What a sync compares of a root, against what the base has.
class Step {
public:
    explicit Step(const KnowledgeStore& store) {
        for (DocumentRecord& record : store.documents())
            m_documents.emplace(record.name, std::move(record));
        for (FailedDocument& failure : store.failures())
            m_failures.emplace(failure.name, std::move(failure));
    }

    bool isOut(const KnowledgeRoot& root, const std::stop_token& stop) const {
        std::error_code error;
        if (!fs::exists(root.path, error))
            return isDeletedFile(root);
        const DocumentListing listing = listDocuments(root.path, stop);
        std::set<std::string> present;
        for (const FoundDocument& file : listing.documents) {
            if (!isKnown(file))
                return true;
            present.insert(file.name);
        }
        for (const SkippedFile& file : listing.skipped) {
            if (!m_failures.contains(file.name))
                return true;
            present.insert(file.name);
        }
        return hasGone(m_documents, root, present) || hasGone(m_failures, root, present);
    }

private:
    bool isKnown(const FoundDocument& file) const {
        const std::int64_t modified = documentTime(file.modified);
        if (const auto known = m_documents.find(file.name);
            known != m_documents.end() && known->second.modified == modified && known->second.bytes == static_cast<std::int64_t>(file.bytes))
            return true;
        const auto failed = m_failures.find(file.name);
        return failed != m_failures.end() && failed->second.modified == modified;
    }
    template <typename Records>
    static bool hasGone(const Records& records, const KnowledgeRoot& root, const std::set<std::string>& present) {
        for (const auto& [name, record] : records) {
            if (record.root == root.path && !present.contains(name))
                return true;
        }
        return false;
    }

    std::unordered_map<std::string, DocumentRecord> m_documents;
    std::unordered_map<std::string, FailedDocument> m_failures;
};

std::int64_t tokensOf(const std::string& text, const TokenCounter& counter, const std::stop_token& stop) {
    if (const auto bad = invalidUtf8At(text))
        throw Error(ErrorCode::InvalidArgument, fmt::format("byte {} of the chunk's text is not UTF-8", *bad + 1), "Save the text as UTF-8.");
    const auto tokens = static_cast<std::int64_t>(tokenBegins(decodeUtf8(text), counter, stop).size());
    if (tokens == 0)
        throw Error(ErrorCode::InvalidArgument, "a chunk without text cannot be found", "Switch the chunk off instead.");
    return tokens;
}

std::vector<float> vectorOf(const BaseEmbedder& base, const std::string& text, const std::stop_token& stop) {
    const std::array texts{base.passage_prefix + text};
    return base.embedder->embed(texts, stop);
}

} // namespace

void checkKnowledgeBaseName(std::string_view name) {
    constexpr std::size_t kMostBytes = 100;
    checkObjectName(name, "knowledge base", kMostBytes);
}

std::string embedderName(std::string_view given) {
    return given.find('/') == std::string_view::npos ? std::string(given) : fs::absolute(given).lexically_normal().string();
}

fs::path createKnowledgeBase(const Workspace& workspace, std::string_view name, std::string_view embedder, const ChunkerSettings& chunker, bool int8) {
    checkChunkerSettings(chunker);
    fs::path folder = folderOf(workspace, name);
    KnowledgeStore::create(folder, knowledgeSettings(embedderName(embedder), chunker, int8));
    return folder;
}

void renameKnowledgeBase(const Workspace& workspace, std::string_view from, std::string_view to) {
    const fs::path source = folderOf(workspace, from), target = folderOf(workspace, to);
    const FileLock lock = lockKnowledgeBase(source);
    std::error_code error;
    if (fs::exists(target, error))
        throw Error(ErrorCode::AlreadyExists, fmt::format("there is a knowledge base '{}' already", to), "Choose another name.");
    fs::rename(source, target, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot rename '{}': {}", source.string(), error.message()), "Check the permissions of its folder.");
}

void dropKnowledgeBase(const fs::path& folder) {
    const FileLock lock = lockKnowledgeBase(folder);
    std::error_code error;
    fs::remove_all(folder, error);
    if (error)
        throw Error(ErrorCode::Io, fmt::format("cannot remove '{}': {}", folder.string(), error.message()), "Check the permissions of the folder.");
}

FileLock lockKnowledgeBase(const fs::path& folder) {
    if (!KnowledgeStore::exists(folder))
        throw noBase(folder);
    if (auto lock = FileLock::tryAcquire(folder / "lock"))
        return std::move(*lock);
    throw Error(ErrorCode::Busy, fmt::format("the knowledge base '{}' is being changed by another process", folder.filename().string()),
                "Try again when that has finished.");
}

bool isOutOfStep(const KnowledgeStore& store, const std::stop_token& stop) {
    const Step step(store);
    for (const KnowledgeRoot& root : store.roots()) {
        throwIfStopped(stop);
        if (step.isOut(root, stop))
            return true;
    }
    return false;
}

bool isDeletedFile(const KnowledgeRoot& root) {
    const fs::path path = root.path;
    std::error_code error;
    return !root.is_folder && !fs::exists(path, error) && fs::is_directory(path.parent_path(), error);
}

std::int64_t removeRootWithDocuments(KnowledgeStore& store, std::string_view path) {
    std::vector<std::string> known;
    for (const KnowledgeRoot& root : store.roots())
        known.push_back(root.path);
    if (std::find(known.begin(), known.end(), path) == known.end()) {
        throw Error(ErrorCode::NotFound, fmt::format("'{}' was not added to the knowledge base", path),
                    known.empty() ? "Nothing was added to it yet." : fmt::format("What was added is {}.", fmt::join(known, ", ")));
    }
    std::int64_t removed = 0;
    store.transaction([&] {
        for (const std::string& name : store.documentNamesOf(path)) {
            store.removeDocument(name);
            ++removed;
        }
        for (const FailedDocument& failure : store.failures()) {
            if (failure.root == path)
                store.forgetFailure(failure.name);
        }
        store.removeRoot(path);
    });
    return removed;
}

std::int64_t editChunk(KnowledgeStore& store, std::int64_t id, const ChunkEdit& edit, const std::function<BaseEmbedder()>& embedder, const std::stop_token& stop) {
    if (edit.text && edit.restore)
        throw Error(ErrorCode::InvalidArgument, "a chunk is either given a text or restored");
    const ChunkRecord before = store.chunks(std::array{id}).front();
    const std::string text = edit.restore ? store.originalText(id) : edit.text.value_or(before.text);
    const bool isNewText = text != before.text;
    const bool isSwitched = edit.enabled && *edit.enabled != before.enabled;
    const auto set = store.activeSet();
    // One that was switched off before it was embedded has no vector.
    const bool wantsVector = set && (isNewText || (isSwitched && *edit.enabled && !store.hasVector(set->id, id)));
    std::vector<float> vector;
    std::int64_t tokens = before.tokens;
    if (isNewText || wantsVector) {
        const BaseEmbedder base = embedder();
        if (isNewText)
            tokens = tokensOf(text, *base.counter, stop);
        if (wantsVector) {
            requireEmbedderOf(*set, base);
            vector = vectorOf(base, text, stop);
        }
    }
    store.transaction([&] {
        if (isNewText)
            id = store.editChunk(id, text, tokens, vector);
        if (isSwitched)
            id = store.setChunkEnabled(id, *edit.enabled);
        if (wantsVector && !isNewText)
            store.saveVectors(*set, std::array{id}, vector);
    });
    return id;
}

} // namespace triptych
