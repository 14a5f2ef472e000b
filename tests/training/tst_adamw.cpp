#include "base/error.h"
#include "base/json.h"
#include "models/bert.h"
#include "jobs/setting_ranges.h"
#include "training/adamw.h"
#include "training/settings.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/sub.h>

#include <fmt/format.h>

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace triptych;

namespace {

const std::filesystem::path kFixture = std::filesystem::path(TRIPTYCH_TEST_DATA) / "adamw";

double difference(const at::Tensor& a, const at::Tensor& b) { return at::sub(a, b).abs().max().item<double>(); }

} // namespace

class AdamWTest : public QObject {
    Q_OBJECT
    NamedTensors m_reference = readWeights(kFixture / "adamw.safetensors");
    Json m_meta = readJsonFile(kFixture / "adamw.json");

    struct Run {
        NamedTensors weights;
        AdamW optimizer;
    };
    Run start(const std::string& name) const {
        Run run;
        for (const char* weight : {"embedding", "weight", "bias"}) {
            run.weights[weight] = m_reference.at(std::string("init.") + weight).clone();
            const double decay = m_meta["runs"][name]["weight_decay"][weight];
            if (std::string(weight) == "embedding")
                run.optimizer.addTable(weight, run.weights[weight], decay);
            else
                run.optimizer.add(weight, run.weights[weight], decay);
        }
        return run;
    }
    /// Returns the norm before clipping.
    double step(Run& run, int number) const {
        for (const char* weight : {"weight", "bias"})
            run.weights[weight].mutable_grad() = m_reference.at(std::string("grads.") + weight)[number].clone();
        AdamW::TableGradient table = {"embedding", m_meta["rows_with_gradient"][number].get<std::vector<std::int64_t>>(), {}};
        at::Tensor rows = at::empty({std::int64_t(table.rows.size())}, at::TensorOptions().dtype(at::kLong));
        std::copy(table.rows.begin(), table.rows.end(), rows.mutable_data_ptr<std::int64_t>());
        table.gradient = at::index_select(m_reference.at("grads.embedding")[number], 0, rows);
        const double norm = run.optimizer.gradientNorm({table});
        run.optimizer.step(m_meta["lr"][number], std::min(1.0, 1.0 / (norm + 1e-6)), {table});
        return norm;
    }

private Q_SLOTS:
    void followsTorch_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"no_decay", "decay", "decay_not_bias", "strong_decay"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void followsTorch() {
        QFETCH(QString, name);
        const std::string runName = name.toStdString();
        Run run = start(runName);
        for (int i = 0; i < 30; ++i) {
            const double norm = step(run, i);
            QVERIFY(std::abs(norm - m_meta["norm_before_clipping"][i].get<double>()) < 1e-5 * std::max(1.0, norm));
            for (const auto& [weight, tensor] : run.weights) {
                const auto kept = m_reference.find(fmt::format("{}.{}.{}", runName, i + 1, weight));
                if (kept == m_reference.end())
                    continue;
                const double off = difference(tensor, kept->second);
                QVERIFY2(off <= 2e-6, fmt::format("{} is off by {} after {} steps", weight, off, i + 1).c_str());
            }
        }
    }
    void rowsNeverSeenStayBitForBit() {
        Run run = start("no_decay");
        for (int i = 0; i < 30; ++i)
            step(run, i);
        for (const int row : m_meta["rows_never_with_gradient"].get<std::vector<int>>())
            QVERIFY(difference(run.weights["embedding"][row], m_reference.at("init.embedding")[row]) == 0);
    }
    void restoredStateGoesOnBitForBit() {
        Run unbroken = start("no_decay");
        for (int i = 0; i < 12; ++i)
            step(unbroken, i);
        Run resumed = start("no_decay");
        NamedTensors state;
        for (const auto& [name, tensor] : unbroken.optimizer.state())
            state[name] = tensor.clone();
        for (const char* weight : {"weight", "bias"})
            resumed.weights[weight].copy_(unbroken.weights[weight]);
        resumed.optimizer.restore(state, unbroken.optimizer.steps());
        for (int i = 12; i < 30; ++i) {
            step(unbroken, i);
            step(resumed, i);
        }
        for (const auto& [name, tensor] : unbroken.weights)
            QVERIFY2(difference(tensor, resumed.weights[name]) == 0, name.c_str());
    }
    void olderStateTakesBackRowsTouchedSince() {
        Run run = start("no_decay");
        for (int i = 0; i < 5; ++i)
            step(run, i);
        NamedTensors state;
        for (const auto& [name, tensor] : run.optimizer.state())
            state[name] = tensor.clone();
        const at::Tensor before = run.weights["embedding"].clone();
        for (int i = 5; i < 30; ++i)
            step(run, i);
        QVERIFY(difference(run.weights["embedding"], before) > 0);
        run.optimizer.restore(state, 5);
        QVERIFY(difference(run.weights["embedding"], before) == 0);
    }
    void stateOfAnotherShapeIsRefused() {
        Run run = start("no_decay");
        NamedTensors state = run.optimizer.state();
        state.erase("exp_avg.bias");
        QVERIFY_EXCEPTION_THROWN(run.optimizer.restore(state, 3), Error);
    }
    void fewRowsGetMoreEpochs() {
        QCOMPARE(epochsByMethod("full", 15'000, 150, 32), 3.0);
        QCOMPARE(epochsByMethod("full", 3'200, 6, 32), 3.0);
        QCOMPARE(epochsByMethod("full", 1'186, 16, 32), 6.0);
        QCOMPARE(epochsByMethod("full", 1, 2, 32), 200.0);
        QCOMPARE(epochsByMethod("full", 3'200, 77, 32), 7.0); // many labels need more, too
        QCOMPARE(epochsByMethod("soft", 3'200, 77, 64), epochsByMethod("soft", 3'200, 2, 64));
    }
    void scheduleIsTheTrainersOwn() {
        TrainSettings settings;
        settings.epochs = 3;
        settings.batch_size = 32;
        settings.learning_rate = 1e-4;
        const StepPlan plan(15'000, settings);
        QCOMPARE(plan.stepsPerEpoch, std::int64_t(469));
        QCOMPARE(plan.totalSteps, std::int64_t(1407));
        QCOMPARE(plan.schedule.warmupSteps, std::int64_t(141));
        QCOMPARE(plan.schedule.rate(0), 0.0);
        QCOMPARE(plan.schedule.rate(141), 1e-4);
        QVERIFY(std::abs(plan.schedule.rate(1406) - 1e-4 / (1407 - 141)) < 1e-12);
        const LinearSchedule reference = {m_meta["peak_lr"], m_meta["warmup_steps"], m_meta["steps"]};
        for (int i = 0; i < 30; ++i)
            QVERIFY(std::abs(reference.rate(i) - m_meta["lr"][i].get<double>()) < 1e-12);
    }
    void absurdSettingsAreNamed_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::newRow("no batch") << QStringLiteral("batch_size") << 0.0;
        QTest::newRow("half a batch") << QStringLiteral("batch_size") << 1.5;
        QTest::newRow("negative rate") << QStringLiteral("learning_rate") << -1e-4;
        QTest::newRow("no rate") << QStringLiteral("learning_rate") << 0.0;
        QTest::newRow("no epoch") << QStringLiteral("epochs") << 0.0;
        QTest::newRow("one token") << QStringLiteral("max_length") << 1.0;
        QTest::newRow("all warm-up and more") << QStringLiteral("warmup_ratio") << 1.5;
        QTest::newRow("negative decay") << QStringLiteral("weight_decay") << -0.1;
    }
    void absurdSettingsAreNamed() {
        QFETCH(QString, key);
        QFETCH(double, value);
        try {
            trainSettingsFromJson({{key.toStdString(), value}});
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY2(QString::fromStdString(error.message()).contains(key), error.what());
        }
    }
};

QTEST_GUILESS_MAIN(AdamWTest)
#include "tst_adamw.moc"
