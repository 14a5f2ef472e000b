// Sentence vectors of files of texts, when told to: see encoder_speed.py.

#include "serve.h"

#include "base/memory.h"
#include "base/files.h"
#include "models/encoder.h"

#include <ATen/Parallel.h>

#include <sstream>
#include <vector>

using namespace triptych;

int main(int argc, char** argv) {
    return servedMain([&] {
        if (argc < 5)
            throw Error(ErrorCode::InvalidArgument, "usage: encoder_speed MODEL exact|fast THREADS TEXTS.jsonl...");
        keepFreedMemory();
        at::set_num_threads(std::stoi(argv[3]));
        std::vector<std::vector<std::string>> sets;
        for (int i = 4; i < argc; ++i) {
            sets.emplace_back();
            std::istringstream lines(readFile(argv[i]));
            for (std::string line; std::getline(lines, line);)
                sets.back().push_back(parseJson(line, argv[i]).get<std::string>());
        }
        std::unique_ptr<Encoder> encoder;
        const double opening = secondsOf([&] { encoder = Encoder::open(argv[1], precisionFromName(argv[2])); });
        for (const auto& texts : sets)
            encoder->embed(texts);
        serve({{"ready", true}, {"open_s", opening}}, [&](const std::string& line) -> Json {
            const auto& texts = sets.at(std::stoul(line));
            std::vector<float> vectors;
            const double seconds = secondsOf([&] { vectors = encoder->embed(texts); });
            return {{"seconds", seconds}, {"first", std::vector<float>(vectors.begin(), vectors.begin() + encoder->dimension())}};
        });
    });
}
