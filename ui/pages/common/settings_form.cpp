#include "pages/common/settings_form.h"

#include "item_models/run_summary.h"
#include "shell/theme.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QStyle>

#include <cmath>

namespace triptych::ui {

namespace {

/// What a name has beside a field of the usual width in a form of the usual width.
constexpr int kNameWidth = 140;

/// Settings are written as in config files and commands ("1e-4"), in every language.
QString settingText(double value) {
    QString text = QString::number(value, 'g', QLocale::FloatingPointShortest);
    return text.replace(QLatin1String("e-0"), QLatin1String("e-"));
}

} // namespace

SettingsForm::SettingsForm(QList<Field> fields, QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(space::m);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(0, 1);
    int row = 0;
    for (const Field& field : fields) {
        Line line{field, new QLabel(this), new QLineEdit(this), new QLabel(this)};
        setTextStyle(line.name, TextSize::Body, Tone::Secondary);
        setTextStyle(line.problem, TextSize::Caption, Tone::Bad);
        line.problem->setWordWrap(true);
        line.problem->hide();
        line.name->setWordWrap(true);
        line.name->setBuddy(line.edit);
        line.name->setToolTip(QString::fromLatin1(field.key));
        line.edit->setToolTip(QString::fromLatin1(field.key));
        line.edit->setObjectName(QString::fromLatin1(field.key));
        line.edit->setText(field.optional ? QString() : settingText(field.otherwise));
        line.edit->setMinimumWidth(90);
        line.edit->setMaximumWidth(160);
        grid->addWidget(line.name, row, 0);
        grid->addWidget(line.edit, row, 1);
        grid->addWidget(line.problem, row + 1, 0, 1, 2);
        row += 2;
        m_lines.append(line);
        connect(line.edit, &QLineEdit::textChanged, this, [this, index = m_lines.size() - 1] {
            check(m_lines[index]);
            Q_EMIT changed();
        });
    }
}

void SettingsForm::setNames(const QStringList& names) {
    for (qsizetype i = 0; i < m_lines.size() && i < names.size(); ++i) {
        m_lines[i].name->setText(names[i]);
        m_lines[i].edit->setAccessibleName(names[i]);
        // A squeezed grid gives a wrapped name the height of one line.
        const QFontMetrics metrics(m_lines[i].name->font());
        m_lines[i].name->setMinimumHeight(metrics.horizontalAdvance(names[i]) > kNameWidth ? 2 * metrics.lineSpacing() : 0);
        check(m_lines[i]);
    }
}

void SettingsForm::setValues(const Json& values) {
    m_rest = values.is_object() ? values : Json::object();
    for (const Line& line : m_lines) {
        const bool absent = !m_rest.contains(line.field.key) || m_rest[line.field.key].is_null();
        line.edit->setText(line.field.optional && absent ? QString() : settingText(numberAt(m_rest, line.field.key, line.field.otherwise)));
    }
    Q_EMIT changed(); // a key of no field may be all that is new
}

std::optional<double> SettingsForm::read(const Line& line) {
    bool ok = false;
    const double value = QLocale::c().toDouble(line.edit->text().trimmed(), &ok);
    if (!ok || !std::isfinite(value) || value < line.field.low || value > line.field.high)
        return std::nullopt;
    if (line.field.integer && value != std::floor(value))
        return std::nullopt;
    return value;
}

bool SettingsForm::isGood(const Line& line) {
    return read(line).has_value() || (line.field.optional && line.edit->text().trimmed().isEmpty());
}

void SettingsForm::check(const Line& line) const {
    const bool good = isGood(line);
    line.edit->setProperty("invalid", !good);
    line.edit->style()->unpolish(line.edit);
    line.edit->style()->polish(line.edit);
    line.problem->setVisible(!good && line.shown);
    if (!good)
        line.problem->setText(line.field.integer
                                  ? tr("A whole number from %1 to %2.").arg(settingText(line.field.low), settingText(line.field.high))
                                  : tr("A number from %1 to %2.").arg(settingText(line.field.low), settingText(line.field.high)));
}

Json SettingsForm::values() const {
    Json values = m_rest;
    for (const Line& line : m_lines) {
        const auto number = read(line);
        if (!number || !line.shown) {
            // What the form does not show, or leaves to the method, is not sent.
            if (line.field.optional || !line.shown)
                values.erase(line.field.key);
            continue;
        }
        if (line.field.integer)
            values[line.field.key] = static_cast<std::int64_t>(*number);
        else
            values[line.field.key] = *number;
    }
    return values;
}

double SettingsForm::value(const char* key) const {
    return numberAt(values(), key);
}

bool SettingsForm::isValid() const {
    for (const Line& line : m_lines) {
        if (line.shown && !isGood(line))
            return false;
    }
    return true;
}

void SettingsForm::setPlaceholder(const char* key, const QString& text) {
    for (const Line& line : m_lines) {
        if (qstrcmp(line.field.key, key) == 0)
            line.edit->setPlaceholderText(text);
    }
}

QJsonObject SettingsForm::texts() const {
    QJsonObject texts;
    for (const Line& line : m_lines)
        texts.insert(QLatin1String(line.field.key), line.edit->text());
    return texts;
}

void SettingsForm::setTexts(const QJsonObject& texts) {
    for (const Line& line : m_lines) {
        if (const auto text = texts.constFind(QLatin1String(line.field.key)); text != texts.constEnd())
            line.edit->setText(text->toString());
    }
}

void SettingsForm::setShown(const QStringList& keys) {
    for (Line& line : m_lines) {
        line.shown = keys.isEmpty() || keys.contains(QString::fromLatin1(line.field.key));
        line.name->setVisible(line.shown);
        line.edit->setVisible(line.shown);
        line.problem->setVisible(line.shown && !isGood(line));
    }
}

} // namespace triptych::ui
