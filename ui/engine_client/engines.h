#pragma once

#include "engine_client/engine_client.h"

#include <QStringList>

#include <array>

namespace triptych::ui {

/// The window's engine processes, each started on first use. One answers one request after another, so what is answered at once
/// must not stand behind what somebody writes or copies for minutes.
struct Engines {
    /// Empty command: as EngineClient.
    explicit Engines(const QStringList& command = {}) : answers(command), writing(command), files(command) {}

    EngineClient answers; ///< predictions, what a model is made of, encoders and classifiers that are tried
    EngineClient writing; ///< whatever waits for a generator or a server: texts word by word, endpoints, their tests
    EngineClient files;   ///< import, fetch, export

    std::array<EngineClient*, 3> all() { return {&answers, &writing, &files}; }
};

} // namespace triptych::ui
