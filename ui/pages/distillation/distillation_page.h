#pragma once

#include "pages/common/run_page.h"

class QCheckBox;

namespace triptych::ui {

class Banner;
class IntervalStrip;

/// Distil: a fine-tuned model teaches a small student; a control without a teacher is made beside it.
class DistillationPage : public RunPage {
    Q_OBJECT
public:
    explicit DistillationPage(const PageContext& context, QWidget* parent = nullptr);
    QString title() const override;

protected:
    QStringList methods() const override { return {QStringLiteral("soft")}; }
    QString method() const override { return QStringLiteral("soft"); }
    JobRequest request() const override;
    QStringList commandArguments() const override;
    QList<Preset> presets() const override;
    QString base() const override { return {}; }
    QString obstacle() const override;
    void showResult(const RunSummary* run) override;
    void refreshChoices() override;
    QJsonObject formState() const override;
    void restoreForm(const QJsonObject& state) override;
    void retranslateUi() override;

private:
    /// The form's, a name of studentKinds(); settings that were opened may say it.
    QString student() const;
    void showStudent();
    void setExtra(const char* key, const Json& value);
    void showExpert();

    QLabel *m_teacherLabel, *m_studentLabel, *m_explanation;
    QComboBox *m_teacher, *m_student;
    QPushButton* m_expert;
    QWidget* m_expertBox;
    QLabel *m_poolingLabel, *m_expertNote;
    QComboBox* m_pooling;
    QCheckBox* m_prune;
    LineChart *m_loss, *m_accuracy;
    Card* m_resultCard;
    KeyValueRows* m_result;
    QLabel* m_differenceText;
    IntervalStrip* m_difference;
    Banner* m_warning;
    QString m_resultRun;
    QString m_wantedTeacher; ///< that somebody chose; empty: the best
    QString m_shownStudent; ///< whose settings the form shows
};

/// Warnings of a finished distillation, worst first: a weak teacher, a student that gains nothing from it.
QStringList distillationWarnings(const RunSummary& run);

} // namespace triptych::ui
