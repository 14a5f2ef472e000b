#include "base/error.h"
#include "models/bert.h"
#include "models/packed_layers.h"

#include <ATen/ops/add.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>

#include <fmt/format.h>

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace triptych;

namespace {

at::Tensor leaf(const at::Tensor& tensor) { return tensor.detach().clone().requires_grad_(true); }

double difference(const at::Tensor& a, const at::Tensor& b) { return at::sub(a, b).abs().max().item<double>(); }

/// The same in plain ATen: per sequence and head softmax(q kᵀ / sqrt(d)) v.
at::Tensor plainAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const std::vector<std::int64_t>& starts, int heads) {
    const std::int64_t size = q.size(1) / heads;
    std::vector<at::Tensor> sequences;
    for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
        const std::int64_t length = starts[i + 1] - starts[i];
        const auto split = [&](const at::Tensor& x) {
            return x.narrow(0, starts[i], length).reshape({length, heads, size}).transpose(0, 1);
        };
        const at::Tensor scores = at::matmul(split(q), split(k).transpose(1, 2)).mul(1 / std::sqrt(double(size)));
        sequences.push_back(at::matmul(at::softmax(scores, -1), split(v)).transpose(0, 1).reshape({length, q.size(1)}));
    }
    return at::cat(sequences);
}

} // namespace

class PackedLayersTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void attentionEqualsPlainOne_data() {
        QTest::addColumn<std::vector<std::int64_t>>("starts");
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("hidden");
        QTest::newRow("one token") << std::vector<std::int64_t>{0, 1} << 2 << 16;
        QTest::newRow("short and long") << std::vector<std::int64_t>{0, 3, 14, 15, 55} << 12 << 384;
        QTest::newRow("odd head size") << std::vector<std::int64_t>{0, 7, 24} << 3 << 39;
        QTest::newRow("beyond 256") << std::vector<std::int64_t>{0, 300} << 2 << 64;
    }
    void attentionEqualsPlainOne() {
        QFETCH(std::vector<std::int64_t>, starts);
        QFETCH(int, heads);
        QFETCH(int, hidden);
        const at::Tensor q = leaf(at::randn({starts.back(), hidden}));
        const at::Tensor k = leaf(at::randn({starts.back(), hidden}));
        const at::Tensor v = leaf(at::randn({starts.back(), hidden}));
        const at::Tensor weight = at::randn({starts.back(), hidden});
        const at::Tensor out = packedAttention(q, k, v, starts, heads, {});
        at::sum(at::mul(out, weight)).backward();
        const at::Tensor q2 = leaf(q), k2 = leaf(k), v2 = leaf(v);
        const at::Tensor plain = plainAttention(q2, k2, v2, starts, heads);
        at::sum(at::mul(plain, weight)).backward();
        QVERIFY(difference(out, plain) < 2e-6);
        QVERIFY(difference(q.grad(), q2.grad()) < 5e-6);
        QVERIFY(difference(k.grad(), k2.grad()) < 5e-6);
        QVERIFY(difference(v.grad(), v2.grad()) < 5e-6);
    }
    void normEqualsPlainOne() {
        const at::Tensor x = leaf(at::randn({37, 24})), residual = leaf(at::randn({37, 24}));
        const at::Tensor gain = leaf(at::randn({24})), bias = leaf(at::randn({24}));
        const at::Tensor weight = at::randn({37, 24});
        const at::Tensor out = addAndNormalise(x, residual, gain, bias, 1e-12, {});
        at::sum(at::mul(out, weight)).backward();
        const at::Tensor x2 = leaf(x), residual2 = leaf(residual), gain2 = leaf(gain), bias2 = leaf(bias);
        const at::Tensor plain = at::layer_norm(at::add(x2, residual2), {24}, gain2, bias2, 1e-12);
        at::sum(at::mul(plain, weight)).backward();
        QVERIFY(difference(out, plain) < 5e-6);
        for (const auto& [a, b] : {std::pair{x, x2}, {residual, residual2}, {gain, gain2}, {bias, bias2}})
            QVERIFY(difference(a.grad(), b.grad()) < 2e-5);
    }
    void normWithoutResidualEqualsPlainOne() {
        const at::Tensor x = leaf(at::randn({5, 24})), gain = leaf(at::randn({24})), bias = leaf(at::randn({24}));
        const at::Tensor weight = at::randn({5, 24});
        at::sum(at::mul(addAndNormalise(x, {}, gain, bias, 1e-5, {}), weight)).backward();
        const at::Tensor x2 = leaf(x), gain2 = leaf(gain), bias2 = leaf(bias);
        at::sum(at::mul(at::layer_norm(x2, {24}, gain2, bias2, 1e-5), weight)).backward();
        for (const auto& [a, b] : {std::pair{x, x2}, {gain, gain2}, {bias, bias2}})
            QVERIFY(difference(a.grad(), b.grad()) < 2e-5);
    }
    void maskKeepsItsShareAndRepeats() {
        const kernels::DropoutMask mask = kernels::DropoutMask{42, 0.1}.at(3, 0.1);
        std::vector<float> first(100'000), second(100'000);
        for (std::int64_t row = 0; row < 100; ++row) {
            mask.fill(std::uint64_t(row), 1000, first.data() + row * 1000);
            mask.fill(std::uint64_t(row), 1000, second.data() + row * 1000);
        }
        QVERIFY(first == second);
        const auto zeros = std::count(first.begin(), first.end(), 0.0f);
        QVERIFY2(std::abs(zeros - 10'000) < 500, fmt::format("{}", zeros).c_str());
        const double mean = std::accumulate(first.begin(), first.end(), 0.0) / 100'000;
        QVERIFY(std::abs(mean - 1) < 0.005);
        std::vector<float> other(1000);
        mask.at(1, mask.rate).fill(0, 1000, other.data());
        QVERIFY(!std::equal(other.begin(), other.end(), first.begin()));
    }
    void droppedGradientsUseTheSameMask() {
        const kernels::DropoutMask mask{7, 0.5};
        const at::Tensor x = leaf(at::randn({8, 16}));
        const at::Tensor out = triptych::dropout(x, mask);
        at::sum(out).backward();
        QVERIFY(difference(out, at::mul(x, x.grad())) < 1e-6);
    }
    void firstQueriesEqualThoseOfAll() {
        const std::vector<std::int64_t> starts = {0, 5, 9, 10};
        const at::Tensor q = leaf(at::randn({10, 16})), k = leaf(at::randn({10, 16})), v = leaf(at::randn({10, 16})), weight = at::randn({3, 16});
        const at::Tensor rows = at::stack({q[0], q[5], q[9]});
        const at::Tensor first = packedAttention(rows, k, v, starts, 2, {});
        at::sum(at::mul(first, weight)).backward();
        const at::Tensor q2 = leaf(q), k2 = leaf(k), v2 = leaf(v);
        const at::Tensor all = packedAttention(q2, k2, v2, starts, 2, {});
        const at::Tensor same = at::stack({all[0], all[5], all[9]});
        at::sum(at::mul(same, weight)).backward();
        QVERIFY(difference(first, same) < 1e-6);
        for (const auto& [a, b] : {std::pair{q, q2}, {k, k2}, {v, v2}})
            QVERIFY(difference(a.grad(), b.grad()) < 1e-6);
    }
    void queriesOfNeitherKindAreRefused() {
        const at::Tensor x = at::randn({9, 8});
        const at::Tensor part = x.narrow(0, 0, 4);
        const std::vector<std::int64_t> starts = {0, 5, 9};
        QVERIFY_EXCEPTION_THROWN(packedAttention(part, x, x, starts, 2, {}), Error);
        QVERIFY_EXCEPTION_THROWN(packedAttention(part, part, part, starts, 2, {}), Error);
        QVERIFY_EXCEPTION_THROWN(packedAttention(x, x, part, starts, 2, {}), Error);
    }
    /// Dropout inside attention and norm: the gradient is that of the function that was computed.
    void droppedLayersPassFiniteDifferences_data() {
        QTest::addColumn<bool>("firstOnly");
        QTest::newRow("all queries") << false;
        QTest::newRow("first queries") << true;
    }
    void droppedLayersPassFiniteDifferences() {
        QFETCH(bool, firstOnly);
        const kernels::DropoutMask mask{11, 0.3};
        const std::vector<std::int64_t> starts = {0, 5, 9};
        const at::Tensor gain = at::randn({8}), bias = at::randn({8}), weight = at::randn({firstOnly ? 2 : 9, 8});
        const auto value = [&](const at::Tensor& x) {
            const at::Tensor queries = firstOnly ? at::stack({x[0], x[5]}) : x;
            const at::Tensor mixed = packedAttention(queries, x.mul(0.7), x.mul(-0.4), starts, 2, mask);
            return at::sum(at::mul(addAndNormalise(mixed, queries, gain, bias, 1e-5, mask.at(1, mask.rate)), weight));
        };
        const at::Tensor x = leaf(at::randn({9, 8}));
        value(x).backward();
        for (const int i : {0, 13, 40, 71}) {
            const double step = 1e-2;
            at::Tensor up = x.detach().clone(), down = x.detach().clone();
            up.mutable_data_ptr<float>()[i] += float(step);
            down.mutable_data_ptr<float>()[i] -= float(step);
            const double expected = (value(up).item<double>() - value(down).item<double>()) / (2 * step);
            const double got = x.grad().const_data_ptr<float>()[i];
            QVERIFY2(std::abs(expected - got) < 2e-2 * std::max(1.0, std::abs(expected)),
                     fmt::format("{} and {}", expected, got).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(PackedLayersTest)
#include "tst_packed_layers.moc"
