#include "pages/common/report_export.h"

#include "base/error.h"
#include "base/files.h"
#include "l10n/words.h"

#include <QCoreApplication>
#include <QFileDialog>

namespace triptych::ui {

namespace {

/// The texts are the product's own and do not change while it runs; read once.
const DecisionTree& productTree() {
    static const DecisionTree tree = DecisionTree::load();
    return tree;
}

} // namespace

QString reasonText(const Reason& reason) {
    try {
        return qstr(productTree().sentence(reason.code, reason.values, dataLanguage()));
    } catch (const Error&) {
        return qstr(reason.text);
    }
}

QString evidenceText(const Json& evidence) {
    const QString code = textAt(evidence, "code");
    try {
        if (!code.isEmpty())
            return qstr(productTree().sentence(code.toStdString(), evidence, dataLanguage()));
    } catch (const Error&) {
        // An evidence of a newer engine: its English sentence stands beside the code.
    }
    return textAt(evidence, "text");
}

std::string reportText(const Outlook& outlook) {
    return decisionReport(outlook.decision, productTree(), outlook.facts, dataLanguage());
}

QString saveReport(QWidget* parent, const Outlook& outlook) {
    const QString name = outlook.dataset ? qstr(outlook.dataset->name) : QStringLiteral("decision");
    const QString path = QFileDialog::getSaveFileName(parent, QCoreApplication::translate("ReportExport", "Export the report"),
                                                      name + QStringLiteral("-decision.md"), QStringLiteral("Markdown (*.md)"));
    if (!path.isEmpty())
        atomicWrite(path.toStdString(), reportText(outlook));
    return path;
}

} // namespace triptych::ui
