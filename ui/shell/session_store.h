#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QObject>

#include <memory>

namespace triptych::ui {

/// The window's state on disk: one JSON file, replaced as a whole, written off the window's thread. A second
/// file counts starts that never got going: after two of them the state is left alone (safe mode) and
/// kept as <file>.bak, so that a state that breaks the window cannot lock anybody out.
class SessionStore : public QObject {
    Q_OBJECT
public:
    /// Empty: nothing is read or written (screenshots, measurements, tests).
    explicit SessionStore(QString file, QObject* parent = nullptr);
    ~SessionStore() override;

    /// Counts this start. True: start without the state and say so.
    bool beginStart();
    /// The window is up and answers: the count begins anew.
    void startSucceeded();
    /// As read from disk; empty in safe mode, when there is none or it cannot be read.
    QJsonObject load() const;
    /// Writes if it differs from what was written last.
    void save(const QJsonObject& state);
    /// Waits until it is on disk.
    void flush();
    static QString defaultFile();

private:
    struct Writer;
    QString m_file;
    bool m_safeMode = false;
    QByteArray m_written;
    std::unique_ptr<Writer> m_writer;
};

} // namespace triptych::ui
