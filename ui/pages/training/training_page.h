#pragma once

#include "pages/common/run_page.h"

namespace triptych::ui {

/// Fine-tune: the head alone or all weights.
class TrainingPage : public RunPage {
    Q_OBJECT
public:
    explicit TrainingPage(const PageContext& context, QWidget* parent = nullptr);
    QString title() const override;

protected:
    QStringList methods() const override { return {QStringLiteral("head"), QStringLiteral("full")}; }
    QString method() const override;
    JobRequest request() const override;
    QStringList commandArguments() const override;
    QList<Preset> presets() const override;
    QString base() const override;
    QString obstacle() const override;
    void showResult(const RunSummary* run) override;
    void refreshChoices() override;
    QJsonObject formState() const override;
    void restoreForm(const QJsonObject& state) override;
    void retranslateUi() override;

private:
    void methodChanged();

    SegmentedControl* m_method;
    QLabel *m_methodLabel, *m_baseLabel;
    QComboBox* m_base;
    LineChart *m_loss, *m_accuracy, *m_rate, *m_norm;
};

} // namespace triptych::ui
