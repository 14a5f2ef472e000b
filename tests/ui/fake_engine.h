#pragma once

#include <QFile>
#include <QString>
#include <QStringList>

/// Writes a small program that speaks the engine's protocol, and gives the command that runs it. It answers
///   echo {value}   -> {value}
///   slow {value}   -> {value}, 300 ms later, unless cancelled (then an error with code cancelled)
///   fail {}        -> an error with code, message and hint
///   crash {}       -> dies at once
///   garbage {}     -> writes a line that is no JSON
///   stale {}       -> answers a number that nobody asked for, then this one
QStringList writeFakeEngine(const QString& folder);
