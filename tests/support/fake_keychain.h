#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>
#include <QString>

namespace triptych::testing {

/// A secret-tool before all others on the PATH, as long as this lives: it keeps what it is given in files, and writes down its arguments.
class FakeKeychain {
public:
    explicit FakeKeychain(const QString& folder) : m_folder(folder + QStringLiteral("/keychain")), m_path(qgetenv("PATH")) {
        QDir().mkpath(m_folder);
        QFile tool(m_folder + QStringLiteral("/secret-tool"));
        if (!tool.open(QIODevice::WriteOnly))
            qFatal("cannot write the fake keychain");
        tool.write(R"sh(#!/bin/sh
cd "$(dirname "$0")" || exit 3
echo "$@" >> calls
if [ -e hang ]; then exec sleep 30; fi
if [ -e fail ]; then cat fail >&2; exit 1; fi
verb=$1
shift
case "$1" in --label=*) shift ;; esac
entry="kept-$(printf '%s ' "$@" | cksum | tr -d ' ')"
case "$verb" in
store) cat > "$entry" ;;
lookup) [ -e "$entry" ] || exit 1; cat "$entry" ;;
clear) [ -e "$entry" ] || exit 1; rm "$entry" ;;
*) echo "usage" >&2; exit 2 ;;
esac
)sh");
        tool.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        tool.close();
        qputenv("PATH", m_folder.toLocal8Bit() + ':' + m_path);
    }
    ~FakeKeychain() { qputenv("PATH", m_path); }
    FakeKeychain(const FakeKeychain&) = delete;
    FakeKeychain& operator=(const FakeKeychain&) = delete;

    /// From now on it says this and fails.
    void fail(const QByteArray& text) { write("fail", text); }
    /// From now on it does not answer.
    void hang() { write("hang", {}); }
    QByteArray calls() const { return read("calls"); }
    /// All that it keeps.
    QByteArray kept() const {
        QByteArray all;
        for (const QString& name : QDir(m_folder).entryList({QStringLiteral("kept-*")}))
            all += read(name.toLatin1().constData());
        return all;
    }

private:
    void write(const char* name, const QByteArray& text) const {
        QFile file(m_folder + u'/' + QLatin1String(name));
        if (file.open(QIODevice::WriteOnly))
            file.write(text);
    }
    QByteArray read(const char* name) const {
        QFile file(m_folder + u'/' + QLatin1String(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QString m_folder;
    QByteArray m_path;
};

} // namespace triptych::testing
