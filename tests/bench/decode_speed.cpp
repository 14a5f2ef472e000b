// Tokens a second of a decoder, when told to: see decode_speed.py.

#include "serve.h"

#include "base/memory.h"
#include "generation/generate.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <fstream>
#include <vector>

using namespace triptych;

namespace {

/// Memory of this process, pages of files included, shared ones in proportion (PSS).
double proportionalMegabytes() {
    std::ifstream file("/proc/self/smaps_rollup");
    for (std::string word; file >> word;) {
        if (word == "Pss:") {
            double kilobytes = 0;
            file >> kilobytes;
            return kilobytes / 1000;
        }
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    return servedMain([&] {
        if (argc != 6)
            throw Error(ErrorCode::InvalidArgument, "usage: decode_speed MODEL exact|fast THREADS TOKENS_IN TOKENS_OUT");
        keepFreedMemory();
        at::set_num_threads(std::stoi(argv[3]));
        const double before = proportionalMegabytes();
        double reading = 0, writing = 0;
        int tokens = 0;
        std::unique_ptr<Decoder> decoder;
        const double opening = secondsOf([&] { decoder = std::make_unique<Decoder>(openDecoder(argv[1], precisionFromName(argv[2]))); });
        std::vector<std::int32_t> prompt(std::stoul(argv[4]));
        for (std::size_t i = 0; i < prompt.size(); ++i)
            prompt[i] = static_cast<std::int32_t>(100 + i * 7919 % (static_cast<std::size_t>(decoder->config().vocab_size) - 200));
        GenerationSettings settings;
        settings.max_tokens = std::stoi(argv[5]);
        settings.ignore_eos = true;
        const auto once = [&](const TokenSink& sink) { return generate(*decoder, nullptr, std::vector<std::vector<std::int32_t>>{prompt}, settings, sink); };
        once([&](std::size_t, std::int32_t, std::string_view) {
            double& most = tokens++ == 0 ? reading : writing;
            most = std::max(most, proportionalMegabytes());
            return true;
        });
        serve({{"ready", true}, {"open_s", opening}, {"reading_mb", reading - before}, {"writing_mb", writing - before}}, [&](const std::string&) -> Json {
            const GenerationResult result = once({});
            return {{"prefill", result.prefillTokensPerS}, {"decode", result.decodeTokensPerS}, {"first_s", result.timeToFirstTokenS},
                    {"ids", result.answers.front().ids}};
        });
    });
}
