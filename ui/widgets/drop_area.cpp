#include "widgets/drop_area.h"

#include "shell/theme.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QLabel>
#include <QMimeData>
#include <QPainter>
#include <QPushButton>
#include <QUrl>
#include <QVBoxLayout>

namespace triptych::ui {

QStringList droppedFiles(const QDropEvent* event) {
    QStringList files;
    const QList<QUrl> urls = event->mimeData()->urls();
    for (const QUrl& url : urls) {
        if (url.isLocalFile())
            files.append(url.toLocalFile());
    }
    return files;
}

DropArea::DropArea(QWidget* parent) : QWidget(parent) {
    setAcceptDrops(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::l, space::l, space::l, space::l);
    column->setSpacing(space::s);
    m_sentence = new QLabel(this);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    setTextStyle(m_sentence, TextSize::Body, Tone::Secondary);
    m_button = new QPushButton(this);
    column->addWidget(m_sentence);
    column->addWidget(m_button, 0, Qt::AlignHCenter);
    connect(m_button, &QPushButton::clicked, this, [this] {
        QStringList files;
        if (!m_folder)
            files = QFileDialog::getOpenFileNames(this, m_button->text(), {}, m_filter);
        else if (const QString folder = QFileDialog::getExistingDirectory(this, m_button->text()); !folder.isEmpty())
            files.append(folder);
        if (!files.isEmpty())
            Q_EMIT filesChosen(files);
    });
}

void DropArea::setTexts(const QString& sentence, const QString& buttonText, const QString& filter) {
    m_sentence->setText(sentence);
    m_button->setText(buttonText);
    m_filter = filter;
    setAccessibleName(sentence);
}

void DropArea::dragEnterEvent(QDragEnterEvent* event) {
    if (droppedFiles(event).isEmpty())
        return;
    m_over = true;
    update();
    event->acceptProposedAction();
}

void DropArea::dragLeaveEvent(QDragLeaveEvent*) {
    m_over = false;
    update();
}

void DropArea::dropEvent(QDropEvent* event) {
    m_over = false;
    update();
    event->acceptProposedAction();
    Q_EMIT filesChosen(droppedFiles(event));
}

void DropArea::paintEvent(QPaintEvent*) {
    const ThemeTokens& theme = tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_over ? theme.accent : theme.faint, 1, Qt::DashLine));
    painter.setBrush(m_over ? QBrush(theme.accentGround) : QBrush(Qt::NoBrush));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius::control, radius::control);
}

} // namespace triptych::ui
