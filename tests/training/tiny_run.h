#pragma once

#include "base/random.h"
#include "datasets/labelled_data.h"
#include "jobs/job_runner.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace triptych {

/// Sentences that the tiny model of tests/data/bert_tiny has words for; the label follows from one of them.
inline std::vector<Example> tinyExamples(int count, Split split, std::uint64_t seed) {
    static const std::map<std::string, std::vector<std::string>> kWords = {
        {"bank", {"balance", "account", "money", "card"}},
        {"music", {"play", "music", "red", "green"}},
        {"travel", {"flight", "hotel", "book", "weather"}}};
    static const std::vector<std::string> kFill = {"the", "what", "is", "my", "can", "you", "please", "to", "me"};
    Random random(seed);
    std::vector<Example> examples;
    for (int i = 0; i < count; ++i) {
        const auto& [label, words] = *std::next(kWords.begin(), long(random.below(kWords.size())));
        std::string text = words[random.below(words.size())];
        for (std::uint64_t j = random.below(6); j-- > 0;)
            text = random.below(2) ? text + " " + kFill[random.below(kFill.size())] : kFill[random.below(kFill.size())] + " " + text;
        examples.push_back({text, label, split, i + 1});
    }
    return examples;
}

/// A run directory over tiny rows, not started. `models`: role to folder.
inline RunDirectory tinyRun(const std::filesystem::path& runs, const std::string& id, const std::string& kind, const std::string& method,
                            const std::map<std::string, std::string>& models, const Json& settings, bool dev = false,
                            int trainRows = 96) {
    RunSpec spec;
    spec.id = id;
    spec.kind = kind;
    spec.method = method;
    spec.dataset = "tiny";
    spec.labels = {"bank", "music", "travel"};
    spec.inputs = {{"train", "inputs/train.jsonl"}, {"test", "inputs/test.jsonl"}};
    if (dev)
        spec.inputs["dev"] = "inputs/dev.jsonl";
    spec.models = models;
    spec.settings = settings;
    spec.seed = 5;
    spec.threads = 1; // two would wait for each other more than they work, at this size
    spec.out = "tiny";
    return RunDirectory::create(runs, spec, [&](const std::filesystem::path& inputs) {
        writeExamples(inputs / "train.jsonl", tinyExamples(trainRows, Split::Train, 1));
        writeExamples(inputs / "test.jsonl", tinyExamples(40, Split::Test, 2));
        if (dev)
            writeExamples(inputs / "dev.jsonl", tinyExamples(30, Split::Dev, 3));
    });
}

/// A context that pauses or stops at a given poll and keeps what it was told.
class FakeContext final : public JobContext, public ProgressSink {
public:
    explicit FakeContext(const RunDirectory& run) : m_run(run), m_spec(run.spec()) {}
    int pauseAt = -1, stopAt = -1;
    int polls = 0;
    std::vector<Progress> progressed;
    std::map<std::string, std::vector<double>> metrics;

    const RunSpec& spec() const override { return m_spec; }
    const RunDirectory& directory() const override { return m_run; }
    std::stop_token stop() const override { return m_stop.get_token(); }
    ProgressSink& progress() override { return *this; }
    bool resumed() const override { return false; }
    RunControl poll() override {
        const int number = polls++;
        if (number == stopAt)
            m_stop.request_stop();
        return number == pauseAt ? RunControl::Pause : RunControl::Continue;
    }
    void progress(const Progress& progress) override { progressed.push_back(progress); }
    void metric(std::string_view name, std::int64_t, double value) override { metrics[std::string(name)].push_back(value); }
    void log(LogLevel, std::string_view) override {}

private:
    RunDirectory m_run;
    RunSpec m_spec;
    std::stop_source m_stop;
};

} // namespace triptych
