#include "base/progress.h"

#include "base/error.h"

namespace triptych {

ProgressSink& nullProgress() {
    class Null final : public ProgressSink {
        void progress(const Progress&) override {}
        void metric(std::string_view, std::int64_t, double) override {}
        void log(LogLevel, std::string_view) override {}
    };
    static Null sink;
    return sink;
}

void throwIfStopped(const std::stop_token& stop) {
    if (stop.stop_requested())
        throw Error(ErrorCode::Cancelled, "cancelled");
}

} // namespace triptych
