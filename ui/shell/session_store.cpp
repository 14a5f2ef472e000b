#include "shell/session_store.h"

#include "base/error.h"
#include "base/files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QStandardPaths>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace triptych::ui {

namespace {
constexpr int kFailedStartsAllowed = 2;
}

/// Writes the newest state given to it; one that is overtaken before its turn is skipped.
struct SessionStore::Writer {
    explicit Writer(std::string path) : file(std::move(path)), thread([this] { run(); }) {}
    ~Writer() {
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        wake.notify_all();
        thread.join();
    }
    void write(QByteArray bytes) {
        {
            const std::lock_guard lock(mutex);
            next = std::move(bytes);
        }
        wake.notify_all();
    }
    void flush() {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return !next && !writing; });
    }
    void run() {
        std::unique_lock lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return next || stopping; });
            if (!next)
                return;
            const QByteArray bytes = std::move(*next);
            next.reset();
            writing = true;
            lock.unlock();
            try {
                atomicWrite(file, std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
            } catch (const Error& error) {
                // The state is a convenience: a full disk must not take the window down, a line in the terminal must do.
                qWarning("session state not saved: %s", error.what());
            }
            lock.lock();
            writing = false;
            wake.notify_all();
        }
    }
    std::string file;
    std::mutex mutex;
    std::condition_variable wake;
    std::optional<QByteArray> next;
    bool writing = false;
    bool stopping = false;
    std::thread thread;
};

SessionStore::SessionStore(QString file, QObject* parent) : QObject(parent), m_file(std::move(file)) {
    if (m_file.isEmpty())
        return;
    QDir().mkpath(QFileInfo(m_file).absolutePath());
    m_writer = std::make_unique<Writer>(m_file.toStdString());
}

SessionStore::~SessionStore() = default;

QString SessionStore::defaultFile() {
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + QStringLiteral("/triptych/session.json");
}

bool SessionStore::beginStart() {
    if (m_file.isEmpty())
        return false;
    QFile count(m_file + QStringLiteral(".starts"));
    int failed = 0;
    if (count.open(QIODevice::ReadOnly)) {
        failed = count.readAll().trimmed().toInt();
        count.close();
    }
    m_safeMode = failed >= kFailedStartsAllowed;
    // The state that is left alone is about to be written over; it may be worth a look.
    if (m_safeMode && QFile::exists(m_file)) {
        QFile::remove(m_file + QStringLiteral(".bak"));
        QFile::copy(m_file, m_file + QStringLiteral(".bak"));
    }
    if (count.open(QIODevice::WriteOnly | QIODevice::Truncate))
        count.write(QByteArray::number(failed + 1));
    return m_safeMode;
}

void SessionStore::startSucceeded() {
    if (!m_file.isEmpty())
        QFile::remove(m_file + QStringLiteral(".starts"));
}

QJsonObject SessionStore::load() const {
    QFile file(m_file);
    if (m_safeMode || m_file.isEmpty() || !file.open(QIODevice::ReadOnly))
        return {};
    return QJsonDocument::fromJson(file.readAll()).object();
}

void SessionStore::save(const QJsonObject& state) {
    if (!m_writer)
        return;
    QByteArray bytes = QJsonDocument(state).toJson(QJsonDocument::Compact);
    if (bytes == m_written)
        return;
    m_written = bytes;
    m_writer->write(std::move(bytes));
}

void SessionStore::flush() {
    if (m_writer)
        m_writer->flush();
}

} // namespace triptych::ui
