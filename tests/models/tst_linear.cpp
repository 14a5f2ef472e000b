#include "base/random.h"
#include "formats/quantized_blocks.h"
#include "models/dense.h"
#include "models/linear.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>

#include <fmt/format.h>

#include <QTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace triptych;

namespace {

double difference(const at::Tensor& a, const at::Tensor& b) {
    return a.sizes() == b.sizes() ? at::sub(a, b).abs().max().item<double>() : std::numeric_limits<double>::infinity();
}

at::Tensor leaf(const at::Tensor& tensor) { return tensor.detach().clone().requires_grad_(true); }

} // namespace

/// The products that all models go through.
class LinearTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void denseIsTheProductAndTheActivation_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<bool>("bias");
        for (const int rows : {0, 1, 3, 16, 100}) {
            for (const bool bias : {false, true})
                QTest::addRow("%d rows%s", rows, bias ? ", bias" : "") << rows << bias;
        }
    }
    void denseIsTheProductAndTheActivation() {
        QFETCH(int, rows);
        QFETCH(bool, bias);
        const at::NoGradGuard guard;
        const at::Tensor x = at::randn({rows, 48}), weight = at::randn({33, 48}), b = bias ? at::randn({33}) : at::Tensor();
        const at::Tensor plain = bias ? at::addmm(b, x, weight.t()) : at::mm(x, weight.t());
        for (const Activation activation : {Activation::None, Activation::Relu, Activation::Gelu, Activation::GeluTanh, Activation::Silu, Activation::Tanh}) {
            const at::Tensor got = dense(x, weight, b, activation);
            QVERIFY(got.size(0) == rows && got.size(1) == 33);
            if (rows > 0)
                QVERIFY(difference(got, activate(activation, plain.clone())) <= 2e-5);
        }
        const at::Tensor rounded = dense(x, weight.to(at::kBFloat16), b);
        QVERIFY(rounded.scalar_type() == at::kBFloat16);
        if (rows > 0)
            QVERIFY(difference(rounded.to(at::kFloat), plain) <= 0.25); // 48 products of two rounded normal numbers
    }
    void whatIsNoNumberStaysOne() {
        const at::NoGradGuard guard;
        at::Tensor x = at::randn({16, 32});
        x[3][5] = std::numeric_limits<float>::quiet_NaN();
        const at::Tensor weight = at::randn({8, 32}), bias = at::randn({8});
        for (const Activation activation : {Activation::None, Activation::Relu, Activation::Gelu, Activation::GeluTanh, Activation::Silu, Activation::Tanh}) {
            const at::Tensor y = dense(x, weight, bias, activation);
            QVERIFY(std::isnan(y[3][0].item<float>()) && std::isnan(y[3][7].item<float>()));
            QVERIFY(!std::isnan(y[2][0].item<float>()));
        }
    }
    void gradientsAreThoseOfTheProduct_data() {
        QTest::addColumn<bool>("bias");
        QTest::addRow("bias") << true;
        QTest::addRow("no bias") << false;
    }
    void gradientsAreThoseOfTheProduct() {
        QFETCH(bool, bias);
        const at::Tensor x = leaf(at::randn({21, 40})), weight = leaf(at::randn({24, 40})), b = bias ? leaf(at::randn({24})) : at::Tensor();
        const at::Tensor x2 = leaf(x), weight2 = leaf(weight), b2 = bias ? leaf(b) : at::Tensor(), towards = at::randn({21, 24});
        at::sum(at::mul(dense(x, weight, b, Activation::Gelu), towards)).backward();
        at::sum(at::mul(activate(Activation::Gelu, bias ? at::addmm(b2, x2, weight2.t()) : at::mm(x2, weight2.t())), towards)).backward();
        QVERIFY(difference(x.grad(), x2.grad()) <= 1e-4);
        QVERIFY(difference(weight.grad(), weight2.grad()) <= 1e-4);
        if (bias)
            QVERIFY(difference(b.grad(), b2.grad()) <= 1e-4);
    }
    void storedWeightsGiveWhatTheirValuesGive_data() {
        QTest::addColumn<int>("rows");
        for (const int rows : {1, 4, 5, 16, 17, 40})
            QTest::addRow("%d rows", rows) << rows;
    }
    void storedWeightsGiveWhatTheirValuesGive() {
        QFETCH(int, rows);
        constexpr std::int64_t kOut = 3000, kIn = 512; // more than one part
        std::vector<std::byte> blocks(static_cast<std::size_t>(kOut * kIn / 32 * 34));
        const at::Tensor values = at::randn({kOut, kIn});
        quantize(GgmlType::Q8_0, {values.const_data_ptr<float>(), static_cast<std::size_t>(kOut * kIn)}, blocks);
        dequantize(GgmlType::Q8_0, blocks, {values.mutable_data_ptr<float>(), static_cast<std::size_t>(kOut * kIn)});
        std::vector<std::int32_t> order(kOut);
        std::iota(order.rbegin(), order.rend(), 0);
        at::Tensor turned = at::empty({kOut}, at::kLong);
        std::copy(order.begin(), order.end(), turned.mutable_data_ptr<std::int64_t>());
        const at::Tensor weight = at::index_select(values, 0, turned), bias = at::randn({kOut}), x = at::randn({rows, kIn});
        const kernels::StoredMatrix matrix = {GgmlType::Q8_0, blocks.data(), kOut, kIn, kIn / 32 * 34, nullptr};
        const StoredLinear exact(matrix, order, bias, nullptr, Precision::Exact), fast(matrix, order, bias, nullptr, Precision::Fast);
        const at::Tensor want = at::addmm(bias, x, weight.t());
        QVERIFY(difference(exact.forward(x), want) <= 1e-3); // sums of 512, of size 20
        QVERIFY(difference(fast.forward(x), want) <= 1);
        QVERIFY(difference(exact.rows(turned.narrow(0, 0, 7)), at::index_select(weight, 0, turned.narrow(0, 0, 7))) <= 1e-6);

        const at::Tensor asked = leaf(x);
        at::sum(exact.forward(asked)).backward();
        QVERIFY(difference(asked.grad(), at::sum(weight, 0).expand({rows, kIn})) <= 1e-2);
    }
};

QTEST_GUILESS_MAIN(LinearTest)
#include "tst_linear.moc"
