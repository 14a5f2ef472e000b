#pragma once

#include "base/json.h"

#include <QDir>
#include <QProcess>
#include <QProcessEnvironment>
#include <QStringList>

#include <optional>

namespace triptych::testing {

/// One finished call of triptych-cli.
struct CliResult {
    int exitCode = -1;
    QByteArray out, err;
    /// The document on stdout; empty unless stdout is exactly one.
    std::optional<Json> json() const {
        const Json value = Json::parse(out.begin(), out.end(), nullptr, false);
        return value.is_discarded() ? std::nullopt : std::optional(value);
    }
    /// Code of {"error": ...}, or what is there instead.
    QString errorCode() const {
        const auto document = json();
        if (!document || !document->contains("error"))
            return QStringLiteral("no error: ") + QString::fromUtf8(out) + QString::fromUtf8(err);
        return QString::fromStdString(document->at("error").value("code", ""));
    }
};

/// Runs the built triptych-cli in `folder` until it ends.
inline CliResult runCli(const QString& folder, const QStringList& arguments, int timeoutMs = 120'000) {
    QProcess process;
    process.setWorkingDirectory(folder);
    process.start(QStringLiteral(TRIPTYCH_BIN_DIR "/triptych-cli"), arguments);
    CliResult result;
    if (!process.waitForFinished(timeoutMs)) {
        result.err = process.errorString().toUtf8();
        process.kill();
        process.waitForFinished();
        return result;
    }
    result.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    result.out = process.readAllStandardOutput();
    result.err = process.readAllStandardError();
    return result;
}

} // namespace triptych::testing
