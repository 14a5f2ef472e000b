#include "base/error.h"
#include "base/json.h"
#include "models/text_convolution.h"
#include "models/textcnn.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/conv1d.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/cat.h>

#include <QTest>

#include <cmath>

using namespace triptych;

namespace {

double difference(const at::Tensor& a, const at::Tensor& b) { return at::sub(a, b).abs().max().item<double>(); }

/// conv1d and a maximum over time for each sequence and width.
at::Tensor plain(const at::Tensor& x, const at::Tensor& bank, const std::vector<std::int64_t>& starts,
                 const std::vector<std::int64_t>& widths, std::int64_t filters) {
    std::vector<at::Tensor> rows;
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
        const at::Tensor sequence = x.narrow(0, starts[i], starts[i + 1] - starts[i]).t().unsqueeze(0); // (1, E, T)
        std::vector<at::Tensor> parts;
        for (std::size_t w = 0; w < widths.size(); ++w) {
            std::vector<at::Tensor> taps;
            for (std::int64_t tap = 0; tap < widths[w]; ++tap)
                taps.push_back(bank.narrow(0, filterRow(widths, filters, w, tap), filters)); // (F, E)
            parts.push_back(std::get<0>(at::conv1d(sequence, at::stack(taps, 2))[0].max(1)));
        }
        rows.push_back(at::cat(parts));
    }
    return at::stack(rows);
}

TextCnnConfig tinyConfig() {
    TextCnnConfig config;
    config.embedding_size = 8;
    config.filters = 6;
    config.widths = {2, 3};
    config.labels = 4;
    config.max_length = 10;
    config.vocabulary = {3, 7, 20, 21};
    return config;
}

} // namespace

class TextCnnTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void convolutionEqualsPlainOne() {
        const std::vector<std::int64_t> starts = {0, 5, 9, 21}, widths = {2, 4};
        const at::Tensor x = at::randn({21, 8}).requires_grad_(true);
        const at::Tensor bank = at::randn({6 * 10, 8}).requires_grad_(true);
        const at::Tensor weight = at::randn({3, 20});
        const at::Tensor out = convolveAndPool(x, bank, starts, widths);
        at::sum(at::mul(out, weight)).backward();
        const at::Tensor x2 = x.detach().clone().requires_grad_(true), bank2 = bank.detach().clone().requires_grad_(true);
        const at::Tensor expected = plain(x2, bank2, starts, widths, 10);
        at::sum(at::mul(expected, weight)).backward();
        QVERIFY(difference(out, expected) < 1e-5);
        QVERIFY(difference(x.grad(), x2.grad()) < 1e-5);
        QVERIFY(difference(bank.grad(), bank2.grad()) < 1e-5);
    }
    void plainLoopsEqualTheGraph() {
        const TextCnn model = TextCnn::random(tinyConfig(), 3);
        TextCnnInference inference(model);
        for (const std::vector<std::int32_t>& ids : {std::vector<std::int32_t>{3}, {20, 21, 999, 7, 3, 3}, std::vector<std::int32_t>(40, 7), {}}) {
            const std::vector<std::int64_t> rows = model.rowsOf(ids);
            const std::vector<std::int64_t>* pointer = &rows;
            const at::NoGradGuard guard;
            const at::Tensor expected = model.forward(packPieces({&pointer, 1}));
            std::vector<float> out(4);
            inference.classify(rows, out);
            for (int i = 0; i < 4; ++i)
                QVERIFY(std::abs(out[std::size_t(i)] - expected[0][i].item<double>()) < 1e-5);
        }
    }
    void rowsAreCutFilledAndUnknown() {
        const TextCnn model = TextCnn::random(tinyConfig(), 3);
        QCOMPARE(model.rowsOf(std::vector<std::int32_t>{20, 5}), (std::vector<std::int64_t>{4, 1, 0}));
        QCOMPARE(model.rowsOf(std::vector<std::int32_t>(30, 3)).size(), std::size_t(10));
    }
    void configComesBackAndFaultsAreNamed() {
        const Json value = textCnnConfigToJson(tinyConfig(), {"a", "b", "c", "d"});
        const TextCnnConfig config = textCnnConfigFromJson(value, "c.json");
        QCOMPARE(config.vocabulary, tinyConfig().vocabulary);
        QCOMPARE(config.widths, tinyConfig().widths);
        for (const auto& [key, wrong] : {std::pair<std::string, Json>{"filters", -1}, {"widths", Json::array()}, {"dropout", 1.5},
                                         {"vocabulary", {3, 3}}, {"model_type", "bert"}, {"num_labels", "many"}}) {
            Json broken = value;
            broken[key] = wrong;
            try {
                textCnnConfigFromJson(broken, "c.json");
                QFAIL(key.c_str());
            } catch (const Error& error) {
                QVERIFY2(error.message().find(key) != std::string::npos && error.message().find("c.json") != std::string::npos, error.what());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TextCnnTest)
#include "tst_textcnn.moc"
