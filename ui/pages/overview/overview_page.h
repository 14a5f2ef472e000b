#pragma once

#include "engine_client/background.h"
#include "engine_client/job_center.h"
#include "pages/common/outlook.h"
#include "shell/page.h"

#include <array>

class QLabel;
class QPushButton;

namespace triptych::ui {

class Banner;
class Card;
class DatasetPicker;
class EmptyState;
class FoldingRow;
class IntervalStrip;
class PageHeader;
class ScatterChart;
class ScrollColumn;
class TechniqueCard;
class TechniqueMatrix;

/// The triptych itself: three columns with their best runs, the recommendation and why.
class OverviewPage : public Page {
    Q_OBJECT
public:
    explicit OverviewPage(const PageContext& context, QWidget* parent = nullptr);
    ~OverviewPage() override;

    QString title() const override;
    void refresh() override;
    void open(const QString& what) override;

protected:
    void retranslateUi() override;

private:
    void display(const Outlook& outlook);
    void showState();
    void showWhy();
    void showScatter();
    void showJobs();
    void showLanguageNote();
    void measureAll();
    void measure(Technique technique);
    void exportReport();
    QList<JobInfo> activeJobs() const;
    QString dataset() const;

    std::optional<Outlook> m_outlook;
    std::unique_ptr<TechniqueMatrix> m_matrix;
    Background m_loading;
    QString m_wanted; ///< data set asked for by a link
    PageHeader* m_header;
    DatasetPicker* m_picker;
    QPushButton* m_primary;
    ScrollColumn* m_scroll;
    Banner* m_note;
    EmptyState* m_empty;
    QWidget* m_content;
    std::array<TechniqueCard*, 3> m_cards;
    ScatterChart* m_scatter;
    Card* m_why;
    QLabel *m_reasons, *m_flips;
    QPushButton *m_path, *m_report;
    QWidget* m_zeroShot;
    QLabel *m_zeroShotName, *m_zeroShotFigure, *m_zeroShotTime;
    QPushButton *m_zeroShotStart, *m_zeroShotOpen;
    IntervalStrip* m_zeroShotStrip;
};

} // namespace triptych::ui
