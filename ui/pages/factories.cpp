#include "pages/factories.h"

#include "pages/compare/compare_page.h"
#include "pages/datasets/datasets_page.h"
#include "pages/distillation/distillation_page.h"
#include "pages/knowledge/knowledge_page.h"
#include "pages/models/models_page.h"
#include "pages/overview/overview_page.h"
#include "pages/selection/selection_page.h"
#include "pages/training/training_page.h"

#include <QCoreApplication>

namespace triptych::ui {

namespace {

template <typename PageType>
Page* make(const PageContext& context, QWidget* parent) {
    return new PageType(context, parent);
}

} // namespace

QList<PageFactory> workbenchPages() {
    QList<PageFactory> pages;
    pages.append({QStringLiteral("overview"), QStringLiteral("overview"),
                  [] { return QCoreApplication::translate("Rail", "Overview"); }, make<OverviewPage>});
    pages.append({QStringLiteral("datasets"), QStringLiteral("data"), [] { return QCoreApplication::translate("Rail", "Data"); },
                  make<DatasetsPage>, true, {}, true});
    pages.append({QStringLiteral("knowledge"), QStringLiteral("knowledge"), [] { return QCoreApplication::translate("Rail", "Knowledge"); },
                  make<KnowledgePage>, false, {QStringLiteral("add"), QStringLiteral("sync"), QStringLiteral("reembed")}});
    pages.append({QStringLiteral("training"), QStringLiteral("finetune"),
                  [] { return QCoreApplication::translate("Rail", "Fine-tune"); }, make<TrainingPage>, false,
                  {QStringLiteral("head"), QStringLiteral("full")}});
    pages.append({QStringLiteral("distillation"), QStringLiteral("distil"),
                  [] { return QCoreApplication::translate("Rail", "Distil"); }, make<DistillationPage>, false, {QStringLiteral("soft")}});
    pages.append({QStringLiteral("selection"), QStringLiteral("decide"),
                  [] { return QCoreApplication::translate("Rail", "Decide"); }, make<SelectionPage>, true});
    pages.append({QStringLiteral("compare"), QStringLiteral("compare"),
                  [] { return QCoreApplication::translate("Rail", "Compare"); }, make<ComparePage>});
    pages.append({QStringLiteral("models"), QStringLiteral("models"), [] { return QCoreApplication::translate("Rail", "Models"); }, make<ModelsPage>, true});
    return pages;
}

} // namespace triptych::ui
