#include "shell/top_bar.h"

#include "l10n/words.h"
#include "shell/icons.h"
#include "shell/theme.h"

#include <QHBoxLayout>
#include <QKeySequence>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

namespace triptych::ui {

namespace {

QToolButton* menuButton(QMenu* menu, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setMenu(menu);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

} // namespace

TopBar::TopBar(QMenu* mainMenu, QMenu* workspaceMenu, QMenu* languageMenu, QMenu* themeMenu, QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("topBar"));
    setFixedHeight(41);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(10, 0, 12, 1);
    line->setSpacing(space::xs);

    // Equal stretch on both sides keeps the field in the middle.
    auto* left = new QHBoxLayout;
    left->setSpacing(space::xs);
    m_wordmark = menuButton(mainMenu, this);
    m_wordmark->setObjectName(QStringLiteral("wordmark"));
    m_wordmark->setText(QStringLiteral("Triptych"));
    m_wordmark->setIcon(QIcon(QStringLiteral(":/icons/triptych.svg")));
    m_wordmark->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_workspace = menuButton(workspaceMenu, this);
    m_workspace->setProperty("tone", QStringLiteral("secondary"));
    m_workspace->setIcon(icon(QStringLiteral("chevron-down")));
    m_workspace->setIconSize({12, 12});
    m_workspace->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_workspace->setLayoutDirection(Qt::RightToLeft); // the arrow stands after the name
    left->addWidget(m_wordmark);
    left->addWidget(m_workspace);
    left->addStretch(1);
    line->addLayout(left, 1);

    m_field = new QPushButton(this);
    m_field->setObjectName(QStringLiteral("paletteField"));
    m_field->setMinimumWidth(220);
    m_field->setMaximumWidth(420);
    m_field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_field->setCursor(Qt::IBeamCursor);
    auto* inField = new QHBoxLayout(m_field);
    inField->setContentsMargins(12, 0, 12, 0);
    m_fieldKeys = new QLabel(m_field);
    m_fieldKeys->setAttribute(Qt::WA_TransparentForMouseEvents);
    setTextStyle(m_fieldKeys, TextSize::Body, Tone::Secondary);
    inField->addStretch(1);
    inField->addWidget(m_fieldKeys);
    connect(m_field, &QPushButton::clicked, this, &TopBar::paletteRequested);
    line->addWidget(m_field, 2);

    auto* right = new QHBoxLayout;
    right->setSpacing(space::xs);
    right->addStretch(1);
    m_language = menuButton(languageMenu, this);
    m_language->setToolButtonStyle(Qt::ToolButtonTextOnly);
    m_theme = menuButton(themeMenu, this);
    m_theme->setIcon(icon(QStringLiteral("contrast")));
    right->addWidget(m_language);
    right->addWidget(m_theme);
    line->addLayout(right, 1);
    retranslate();
}

void TopBar::setWorkspaceName(const QString& name, const QString& folder) {
    m_workspaceName = name;
    m_workspace->setText(name.isEmpty() ? tr("No workspace") : name);
    m_workspace->setToolTip(literalText(folder));
}

void TopBar::setLanguage(const QString& language) {
    m_language->setText(language == QLatin1String("zh") ? QStringLiteral("中文") : QStringLiteral("EN"));
}

void TopBar::openMainMenu() { m_wordmark->showMenu(); }

void TopBar::retranslate() {
    setWorkspaceName(m_workspaceName, m_workspace->toolTip());
    m_wordmark->setToolTip(tr("All actions"));
    m_wordmark->setAccessibleName(tr("All actions"));
    m_workspace->setAccessibleName(tr("Workspace"));
    m_field->setText(tr("Search actions, data, runs…"));
    m_field->setAccessibleName(tr("Open the command palette"));
    m_fieldKeys->setText(QKeySequence(Qt::CTRL | Qt::Key_K).toString(QKeySequence::NativeText).replace(u'+', u' '));
    m_language->setToolTip(tr("Language"));
    m_language->setAccessibleName(tr("Language"));
    m_theme->setToolTip(tr("Theme"));
    m_theme->setAccessibleName(tr("Theme"));
}

} // namespace triptych::ui
