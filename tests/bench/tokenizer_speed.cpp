// Texts through one tokenizer, interleaved with another program that does the same.

#include "peer.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

using namespace triptych;

namespace {

using Clock = std::chrono::steady_clock;

int run(int argc, char** argv) {
    if (argc < 4) {
        fmt::print(stderr, "usage: tokenizer_speed FOLDER TEXTS.jsonl ROUNDS [PEER COMMAND ...]\n");
        return 2;
    }
    const auto opening = Clock::now();
    const auto tokenizer = Tokenizer::open(argv[1]);
    const double opened = std::chrono::duration<double>(Clock::now() - opening).count();
    std::vector<std::string> texts;
    std::istringstream lines(readFile(argv[2]));
    double bytes = 0;
    for (std::string line; std::getline(lines, line);) {
        texts.push_back(parseJson(line, argv[2]).get<std::string>());
        bytes += static_cast<double>(texts.back().size());
    }
    std::size_t tokens = 0;
    const auto once = [&] {
        const auto begin = Clock::now();
        tokens = 0;
        for (const std::string& text : texts)
            tokens += tokenizer->encode(text).ids.size();
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    once();
    std::unique_ptr<Peer> peer;
    if (argc > 4) {
        peer = std::make_unique<Peer>(argv + 4);
        const auto theirs = peer->answer().at("tokens").get<std::size_t>();
        once();
        if (theirs != tokens)
            throw Error(ErrorCode::Internal, fmt::format("{} tokens here, {} there", tokens, theirs));
    }
    std::vector<double> ours;
    std::vector<double> theirs;
    for (int i = 0; i < std::atoi(argv[3]); ++i) {
        ours.push_back(once());
        if (peer)
            theirs.push_back(peer->ask("go").at("seconds").get<double>());
    }
    fmt::print("opened in {:.2f} s; {} tokens; ours {:.1f} MB/s", opened, tokens, bytes / 1e6 / median(ours));
    if (peer)
        fmt::print(", peer {:.1f} MB/s, ratio {:.2f}", bytes / 1e6 / median(theirs), median(theirs) / median(ours));
    fmt::print("\n");
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n{}\n", error.message(), error.hint());
        return 1;
    }
}
