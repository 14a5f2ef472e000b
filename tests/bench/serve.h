#pragma once

#include "base/error.h"
#include "base/json.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>
#include <string>

namespace triptych {

inline double secondsOf(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// One of several programs that a script measures in turns: says that it is ready, then answers each line with one of JSON.
inline void serve(const Json& ready, const std::function<Json(const std::string& line)>& answer) {
    fmt::print("{}\n", ready.dump());
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        fmt::print("{}\n", answer(line).dump());
        std::fflush(stdout);
    }
}

/// main() of such a program.
inline int servedMain(const std::function<void()>& body) {
    try {
        body();
        return 0;
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n{}\n", error.message(), error.hint());
        return 1;
    }
}

} // namespace triptych
