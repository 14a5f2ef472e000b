// Steps of full fine-tuning, interleaved with those of another program that trains the same rows.

#include "peer.h"

#include "base/error.h"
#include "base/json.h"
#include "base/files.h"
#include "training/full.h"
#include "training/loop.h"

#include <ATen/Parallel.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstdio>
#include <sstream>

using namespace triptych;

namespace {

using Clock = std::chrono::steady_clock;

int run(int argc, char** argv) {
    if (argc < 3) {
        fmt::print(stderr, "usage: train_speed MODEL TRAIN.jsonl [PEER COMMAND ...]\n"
                           "environment: STEPS (60), THREADS (2)\n");
        return 2;
    }
    const auto number = [](const char* name, int otherwise) {
        const char* value = std::getenv(name);
        return value ? std::atoi(value) : otherwise;
    };
    const int steps = number("STEPS", 60);
    at::set_num_threads(number("THREADS", 2));

    std::vector<Example> examples;
    std::istringstream lines(readFile(argv[2]));
    for (std::string line; std::getline(lines, line);) {
        const Json value = parseJson(line, argv[2]);
        examples.push_back({value.at("text"), value.at("label"), Split::Train, 0});
    }
    const std::vector<std::string> labels = distinctLabels(examples);
    TrainSettings settings;
    const TokenRows train = tokenizeRows(examples, *Tokenizer::open(argv[1]), settings.max_length, labels, {});
    const TokenRows none;
    FullLearner learner(SequenceClassifier::fromPretrained(argv[1], std::int64_t(labels.size()), 1), train, none, settings, 1);

    std::vector<double> ours;
    std::vector<double> theirs;
    double tokens = 0;
    std::int64_t step = 0;
    const auto oneStep = [&] {
        const auto rows = batchRows(step, train.size(), settings.batch_size, 1);
        const auto begin = Clock::now();
        learner.learn(step++, rows, settings.learning_rate);
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        for (const std::int64_t row : rows)
            tokens += double(train.encodings[std::size_t(row)].ids.size());
        return seconds;
    };
    for (int i = 0; i < 10; ++i)
        oneStep();
    tokens = 0;
    std::unique_ptr<Peer> peer;
    if (argc > 3) {
        peer = std::make_unique<Peer>(argv + 3);
        peer->answer();
    }
    for (int i = 0; i < steps; ++i) {
        ours.push_back(oneStep());
        if (peer)
            theirs.push_back(peer->ask("go 1").at("seconds").get<double>());
    }
    const auto report = [&](const char* name, const std::vector<double>& seconds) {
        double sum = 0;
        for (const double value : seconds)
            sum += value;
        fmt::print("{:<6} mean {:.1f} ms, median {:.1f} ms, best {:.1f} ms a step; {:.1f} examples/s\n", name, 1e3 * sum / steps,
                   1e3 * median(seconds), 1e3 * *std::min_element(seconds.begin(), seconds.end()),
                   double(settings.batch_size) * steps / sum);
        return sum;
    };
    const double mine = report("ours", ours);
    fmt::print("tokens a step {:.1f}\n", tokens / steps);
    if (peer)
        fmt::print("ratio of examples a second, ours to the peer's: {:.2f} (medians {:.2f})\n", report("peer", theirs) / mine,
                   median(theirs) / median(ours));
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
