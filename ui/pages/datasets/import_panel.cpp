#include "pages/datasets/import_panel.h"

#include "base/files.h"
#include "item_models/problems_model.h"
#include "item_models/table_style.h"
#include "l10n/numbers.h"
#include "l10n/words.h"
#include "pages/common/progress_relay.h"
#include "shell/theme.h"
#include "widgets/banner.h"
#include "widgets/card.h"
#include "widgets/segmented_control.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QTableWidget>
#include <QVBoxLayout>

namespace triptych::ui {

namespace {

constexpr int kPreviewRows = 6;
constexpr int kReadDelayMs = 250;

QString suggestedName(const QString& file, const QStringList& taken) {
    const QString base = QFileInfo(file).completeBaseName().left(60);
    QString name = base;
    for (int i = 2; taken.contains(name); ++i)
        name = QStringLiteral("%1-%2").arg(base).arg(i);
    return name;
}

/// The column that a person most likely means; the given one if no name matches.
int likelyColumn(const std::vector<std::string>& columns, std::initializer_list<const char*> names, int otherwise) {
    for (const char* name : names) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (qstr(columns[i]).compare(QLatin1String(name), Qt::CaseInsensitive) == 0)
                return static_cast<int>(i);
        }
    }
    return std::min(otherwise, static_cast<int>(columns.size()) - 1);
}

} // namespace

ImportPanel::ImportPanel(QWidget* parent) : QWidget(parent) {
    build();
    m_timer.setSingleShot(true);
    m_timer.setInterval(kReadDelayMs);
    connect(&m_timer, &QTimer::timeout, this, &ImportPanel::read);
    connect(m_text, &QComboBox::activated, this, &ImportPanel::readSoon);
    connect(m_label, &QComboBox::activated, this, &ImportPanel::readSoon);
    connect(m_header, &QCheckBox::toggled, this, [this] {
        if (!m_filling)
            preview();
    });
    connect(m_name, &QLineEdit::textChanged, this, &ImportPanel::updateButtons);
    connect(m_parts, &SegmentedControl::currentChanged, this, &ImportPanel::updateButtons);
    for (QDoubleSpinBox* box : {m_train, m_dev, m_test})
        connect(box, &QDoubleSpinBox::valueChanged, this, &ImportPanel::updateButtons);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_problems->asText()); });
    connect(m_save, &QPushButton::clicked, this, &ImportPanel::saveProblems);
    connect(m_import, &QPushButton::clicked, this, &ImportPanel::run);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (m_running) {
            // It says itself how it ended: what was committed before it heard is there.
            m_importing.requestStop();
            m_cancel->setEnabled(false);
        } else {
            close();
            Q_EMIT closed();
        }
    });
    retranslate();
}

void ImportPanel::build() {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::l);
    m_card = new Card(this);
    m_banner = new Banner(m_card);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(space::m);
    grid->setVerticalSpacing(space::s);
    const auto label = [this] {
        auto* text = new QLabel(m_card);
        setTextStyle(text, TextSize::Body, Tone::Secondary);
        return text;
    };
    m_nameLabel = label();
    m_textLabel = label();
    m_labelLabel = label();
    m_partsLabel = label();
    m_name = new QLineEdit(m_card);
    m_name->setObjectName(QStringLiteral("datasetName"));
    m_name->setMaximumWidth(300);
    m_nameProblem = new QLabel(m_card);
    setTextStyle(m_nameProblem, TextSize::Caption, Tone::Bad);
    m_text = new QComboBox(m_card);
    m_label = new QComboBox(m_card);
    m_text->setObjectName(QStringLiteral("textColumn"));
    m_label->setObjectName(QStringLiteral("labelColumn"));
    m_header = new QCheckBox(m_card);
    m_header->setChecked(true);
    m_parts = new SegmentedControl(m_card);
    m_part = new SegmentedControl(m_card);
    m_part->setObjectName(QStringLiteral("part"));
    m_sharesRow = new QWidget(m_card);
    m_sharesLabel = new QLabel(m_sharesRow);
    m_sharesLabel->setTextFormat(Qt::PlainText);
    m_seedLabel = new QLabel(m_sharesRow);
    m_seedLabel->setTextFormat(Qt::PlainText);
    const auto share = [this](double value) {
        auto* box = new QDoubleSpinBox(m_sharesRow);
        box->setRange(0, 100);
        box->setDecimals(0);
        box->setSuffix(QStringLiteral(" %"));
        box->setValue(value);
        return box;
    };
    m_train = share(80);
    m_dev = share(10);
    m_test = share(10);
    m_seed = new QSpinBox(m_sharesRow);
    m_seed->setRange(0, 1'000'000'000);
    m_seed->setValue(13);
    auto* shares = new QHBoxLayout(m_sharesRow);
    shares->setContentsMargins(0, 0, 0, 0);
    shares->setSpacing(space::s);
    shares->addWidget(m_sharesLabel);
    shares->addWidget(m_train);
    shares->addWidget(m_dev);
    shares->addWidget(m_test);
    shares->addWidget(m_seedLabel);
    shares->addWidget(m_seed);
    shares->addStretch();
    m_partRow = new QWidget(m_card);
    auto* part = new QHBoxLayout(m_partRow);
    part->setContentsMargins(0, 0, 0, 0);
    part->addWidget(m_part);
    part->addStretch();
    grid->addWidget(m_nameLabel, 0, 0);
    grid->addWidget(m_name, 0, 1);
    grid->addWidget(m_nameProblem, 0, 2, 1, 2);
    grid->addWidget(m_textLabel, 1, 0);
    grid->addWidget(m_text, 1, 1);
    grid->addWidget(m_labelLabel, 1, 2);
    grid->addWidget(m_label, 1, 3);
    grid->addWidget(m_header, 2, 1, 1, 3);
    grid->addWidget(m_partsLabel, 3, 0);
    grid->addWidget(m_parts, 3, 1, 1, 3, Qt::AlignLeft);
    grid->addWidget(m_sharesRow, 4, 1, 1, 3);
    grid->addWidget(m_partRow, 5, 1, 1, 3);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    m_table = new QTableWidget(m_card);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setFocusPolicy(Qt::NoFocus);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(26);
    m_table->setShowGrid(false);
    m_table->setMinimumHeight(26 * (kPreviewRows + 1) + 12);
    m_table->setMaximumHeight(26 * (kPreviewRows + 1) + 24);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_summary = new QLabel(m_card);
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_summary->setObjectName(QStringLiteral("importSummary"));
    m_bar = new QProgressBar(m_card);
    m_bar->setTextVisible(false);
    m_bar->hide();
    m_import = new QPushButton(m_card);
    m_import->setProperty("primary", true);
    m_import->setObjectName(QStringLiteral("import"));
    m_cancel = new QPushButton(m_card);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_summary, 1);
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_import);
    m_card->body()->addWidget(m_banner);
    m_card->body()->addWidget(m_table);
    m_card->body()->addLayout(grid);
    m_card->body()->addWidget(m_bar);
    m_card->body()->addLayout(buttons);

    m_problemsCard = new Card(this);
    m_problems = new ProblemsModel(this);
    m_problemsView = new QTableView(m_problemsCard);
    m_problemsView->setModel(m_problems);
    styleTable(m_problemsView);
    m_problemsView->setMinimumHeight(150);
    m_copy = new QPushButton(m_problemsCard);
    m_save = new QPushButton(m_problemsCard);
    m_problemsCard->addCornerWidget(m_copy);
    m_problemsCard->addCornerWidget(m_save);
    m_problemsCard->body()->addWidget(m_problemsView);
    m_problemsCard->hide();
    column->addWidget(m_card);
    column->addWidget(m_problemsCard, 1);
}

void ImportPanel::start(const std::filesystem::path& workspaceFolder, const QString& file, const QStringList& taken) {
    m_workspace = workspaceFolder;
    m_file = file;
    m_taken = taken;
    m_read.reset();
    m_wanted = {};
    m_banner->hide();
    m_problems->setProblems({});
    m_problemsCard->hide();
    m_filling = true;
    m_name->setText(suggestedName(file, taken));
    m_header->setChecked(true);
    m_filling = false;
    m_card->setTitle(QFileInfo(file).fileName());
    preview();
}

void ImportPanel::close() {
    m_previewing.stop();
    m_reading.stop();
    m_importing.stop();
    m_timer.stop();
    m_listener.reset();
    m_file.clear();
    setRunning(false);
}

QJsonObject ImportPanel::state() const {
    if (!isOpen())
        return {};
    return {{QStringLiteral("file"), m_file},
            {m_name->objectName(), m_name->text()},
            {m_text->objectName(), m_text->currentText()},
            {m_label->objectName(), m_label->currentText()},
            {QStringLiteral("header"), m_header->isChecked()},
            {QStringLiteral("parts"), m_parts->current()},
            {m_part->objectName(), m_part->current()},
            {QStringLiteral("train"), m_train->value()},
            {QStringLiteral("dev"), m_dev->value()},
            {QStringLiteral("test"), m_test->value()},
            {QStringLiteral("seed"), m_seed->value()}};
}

void ImportPanel::restore(const std::filesystem::path& workspaceFolder, const QJsonObject& state, const QStringList& taken) {
    const QString file = state.value(QStringLiteral("file")).toString();
    if (!QFileInfo::exists(file))
        return;
    start(workspaceFolder, file, taken);
    m_filling = true;
    m_wanted = state;
    m_name->setText(state.value(m_name->objectName()).toString());
    m_header->setChecked(state.value(QStringLiteral("header")).toBool(true));
    m_parts->setCurrent(state.value(QStringLiteral("parts")).toString());
    m_part->setCurrent(state.value(m_part->objectName()).toString());
    m_train->setValue(state.value(QStringLiteral("train")).toDouble(80));
    m_dev->setValue(state.value(QStringLiteral("dev")).toDouble(10));
    m_test->setValue(state.value(QStringLiteral("test")).toDouble(10));
    m_seed->setValue(state.value(QStringLiteral("seed")).toInt(13));
    m_filling = false;
    preview(); // the header's box is part of how the file is read
}

void ImportPanel::preview() {
    m_summary->setText(tr("Reading the file…"));
    m_import->setEnabled(false);
    m_previewing.start([file = std::filesystem::path(m_file.toStdString()), header = m_header->isChecked()](
                           const std::stop_token&) { return previewTable(file, header, kPreviewRows); },
                       [this](const TablePreview& preview) { showPreview(preview); }, [this](const Error& error) { showError(error); });
}

void ImportPanel::showPreview(const TablePreview& preview) {
    m_columns = preview;
    m_filling = true;
    const bool table = preview.format != TableFormat::Jsonl;
    m_header->setVisible(table);
    const int columns = static_cast<int>(preview.columns.size());
    m_table->setColumnCount(columns);
    m_table->setRowCount(static_cast<int>(std::min<std::size_t>(preview.rows.size(), kPreviewRows)));
    m_text->clear();
    m_label->clear();
    QStringList names;
    for (const std::string& name : preview.columns)
        names.append(qstr(name));
    m_table->setHorizontalHeaderLabels(names);
    m_text->addItems(names);
    m_label->addItems(names);
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const auto& cells = preview.rows[static_cast<std::size_t>(row)];
        for (int column = 0; column < columns; ++column) {
            const QString cell = static_cast<std::size_t>(column) < cells.size() ? qstr(cells[static_cast<std::size_t>(column)]) : QString();
            auto* item = new QTableWidgetItem(cell.left(400).replace(QLatin1Char('\n'), QLatin1Char(' ')));
            item->setToolTip(literalText(cell.left(2000)));
            m_table->setItem(row, column, item);
        }
    }
    m_text->setCurrentIndex(likelyColumn(preview.columns, {"text", "sentence", "message", "utterance", "query", "question", "content"}, 0));
    m_label->setCurrentIndex(likelyColumn(preview.columns, {"label", "intent", "class", "category", "target", "coarse_label"}, 1));
    for (QComboBox* box : {m_text, m_label}) {
        if (const int index = box->findText(m_wanted.value(box->objectName()).toString()); index >= 0)
            box->setCurrentIndex(index);
    }
    m_filling = false;
    updateMapping();
    read();
}

void ImportPanel::updateMapping() {
    // The chosen columns stand out; what is not read is faint.
    for (int column = 0; column < m_table->columnCount(); ++column) {
        const bool used = column == m_text->currentIndex() || column == m_label->currentIndex();
        for (int row = 0; row < m_table->rowCount(); ++row) {
            if (QTableWidgetItem* item = m_table->item(row, column))
                item->setForeground(used ? tokens().text : tokens().faint);
        }
        m_table->setColumnWidth(column, column == m_text->currentIndex() ? 420 : 150);
    }
}

void ImportPanel::readSoon() {
    if (m_filling)
        return;
    updateMapping();
    m_import->setEnabled(false);
    m_timer.start();
}

ImportRequest ImportPanel::request() const {
    ImportRequest request;
    request.name = m_name->text().trimmed().toStdString();
    request.file = m_file.toStdString();
    request.read.header = m_header->isHidden() || m_header->isChecked();
    const auto columnAt = [&](const QComboBox* box) {
        const int index = std::max(0, box->currentIndex());
        return m_header->isHidden() || m_header->isChecked() ? box->currentText().toStdString() : std::to_string(index);
    };
    request.read.text_column = columnAt(m_text);
    request.read.label_column = columnAt(m_label);
    if (m_parts->current() == QLatin1String("into"))
        request.into = splitFromName(m_part->current().toStdString());
    else
        request.shares = SplitShares{m_train->value() / 100, m_dev->value() / 100, m_test->value() / 100};
    request.seed = static_cast<std::uint64_t>(m_seed->value());
    return request;
}

void ImportPanel::read() {
    if (m_file.isEmpty())
        return;
    m_summary->setText(tr("Reading the file…"));
    m_bar->setRange(0, 0);
    m_bar->show();
    m_listener = std::make_unique<QObject>();
    auto relay = std::make_shared<ProgressRelay>(m_listener.get(), [this](const Progress& progress) {
        m_bar->setRange(0, progress.total > 0 ? 1000 : 0);
        m_bar->setValue(progress.total > 0 ? static_cast<int>(1000 * progress.done / progress.total) : 0);
    });
    m_reading.start([request = request(), relay](
                        const std::stop_token& stop) { return readLabelledFile(request.file, request.read, *relay, stop); },
                    [this](ReadResult result) {
                        m_read = std::move(result);
                        m_banner->hide();
                        showRead();
                    },
                    [this](const Error& error) {
                        m_read.reset();
                        showError(error);
                    });
}

void ImportPanel::showRead() {
    m_bar->setVisible(m_running);
    if (!m_read)
        return;
    m_labels = static_cast<std::int64_t>(distinctLabels(m_read->examples).size());
    m_problems->setProblems(m_read->problems);
    m_problemsCard->setVisible(!m_read->problems.empty());
    m_problemsCard->setTitle(tr("%n rows would be left out", nullptr, static_cast<int>(m_read->rejected)));
    m_problemsView->resizeColumnToContents(ProblemsModel::Line);
    m_summary->setText(tr("%1 rows read as %2: %3 accepted, %4 left out, %5 labels")
                           .arg(countText(m_read->rows), qstr(m_read->encoding), countText(static_cast<std::int64_t>(m_read->examples.size())),
                                countText(m_read->rejected), countText(m_labels)));
    updateButtons();
    Q_EMIT readFinished();
}

void ImportPanel::showError(const Error& error) {
    m_bar->setVisible(m_running);
    m_summary->setText(tr("The file cannot be imported like this."));
    m_banner->showError(error);
    m_problems->setProblems({});
    m_problemsCard->hide();
    updateButtons();
    Q_EMIT readFinished();
}

void ImportPanel::updateButtons() {
    const bool into = m_parts->current() == QLatin1String("into");
    m_sharesRow->setVisible(!into);
    m_partRow->setVisible(into);
    const QString name = m_name->text().trimmed();
    QString problem;
    if (name.isEmpty())
        problem = tr("A name is needed.");
    else if (!into && m_taken.contains(name))
        problem = tr("There is a data set of this name. Choose another, or add the file to one part of it.");
    else if (!into && std::abs(m_train->value() + m_dev->value() + m_test->value() - 100) > 0.1)
        problem = tr("The shares add up to %1 %, not to 100 %.").arg(m_train->value() + m_dev->value() + m_test->value());
    m_nameProblem->setText(problem);
    m_import->setEnabled(!m_running && m_read && !m_read->examples.empty() && problem.isEmpty() && !m_timer.isActive() && !m_reading.isRunning());
}

void ImportPanel::setRunning(bool running) {
    m_running = running;
    m_bar->setVisible(running);
    m_cancel->setEnabled(true);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_name, m_text, m_label, m_header, m_parts, m_part, m_sharesRow})
        widget->setEnabled(!running);
    updateButtons();
}

void ImportPanel::run() {
    setRunning(true);
    m_banner->hide();
    m_bar->setRange(0, 0);
    m_listener = std::make_unique<QObject>();
    auto relay = std::make_shared<ProgressRelay>(m_listener.get(), [this](const Progress& progress) {
        m_bar->setRange(0, progress.total > 0 ? 1000 : 0);
        m_bar->setValue(progress.total > 0 ? static_cast<int>(1000 * progress.done / progress.total) : 0);
        m_summary->setText(QStringLiteral("%1 · %2").arg(stageWord(qstr(progress.stage)), progressText(progress.done, progress.total, qstr(progress.unit))));
    });
    m_importing.start([folder = m_workspace, request = request(), relay](const std::stop_token& stop) {
                          Workspace workspace = Workspace::open(folder);
                          return importDataset(workspace, request, *relay, stop);
                      },
                      [this](const ImportResult& result) {
                          close();
                          Q_EMIT imported(qstr(result.dataset.name));
                      },
                      [this](const Error& error) {
                          setRunning(false);
                          if (error.code() != ErrorCode::Cancelled)
                              return showError(error);
                          showRead();
                          m_banner->showMessage(Banner::Level::Info, [] { return Banner::Words{tr("The import was stopped; nothing of it was stored."), {}, {}}; });
                      });
}

void ImportPanel::saveProblems() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Save the problems"), QFileInfo(m_file).completeBaseName() + QStringLiteral("-problems.tsv"),
                                                      QStringLiteral("*.tsv"));
    if (path.isEmpty())
        return;
    try {
        atomicWrite(path.toStdString(), m_problems->asText().toStdString());
    } catch (const Error& error) {
        m_banner->showError(error);
    }
}

void ImportPanel::retranslate() {
    m_nameLabel->setText(tr("Name"));
    m_name->setAccessibleName(tr("Name of the data set"));
    m_textLabel->setText(tr("Text is in"));
    m_labelLabel->setText(tr("Label is in"));
    m_text->setAccessibleName(tr("Column of the text"));
    m_label->setAccessibleName(tr("Column of the label"));
    m_header->setText(tr("The first row names the columns"));
    m_table->setAccessibleName(tr("First rows of the file"));
    m_partsLabel->setText(tr("Parts"));
    m_parts->setAccessibleName(tr("Parts"));
    m_parts->setSegments({{QStringLiteral("split"), tr("Split by shares")}, {QStringLiteral("into"), tr("Whole file into one part")}});
    m_part->setAccessibleName(tr("Part that takes the file"));
    m_part->setSegments({{QStringLiteral("train"), splitWord(QStringLiteral("train"))},
                         {QStringLiteral("dev"), splitWord(QStringLiteral("dev"))},
                         {QStringLiteral("test"), splitWord(QStringLiteral("test"))}});
    m_sharesLabel->setText(tr("train · dev · test"));
    m_seedLabel->setText(tr("seed"));
    m_train->setAccessibleName(tr("Share of the training rows"));
    m_dev->setAccessibleName(tr("Share of the dev rows"));
    m_test->setAccessibleName(tr("Share of the test rows"));
    m_seed->setAccessibleName(tr("Seed of the split"));
    m_problemsView->setAccessibleName(tr("Rows that would be left out"));
    m_copy->setText(tr("Copy"));
    m_copy->setAccessibleName(tr("Copy the problems"));
    m_save->setText(tr("Save…"));
    m_save->setAccessibleName(tr("Save the problems"));
    m_import->setText(tr("Import"));
    m_cancel->setText(tr("Cancel"));
    m_bar->setAccessibleName(tr("Progress of the import"));
    m_problems->retranslate();
    if (m_read)
        showRead();
    updateButtons();
}

void ImportPanel::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    QWidget::changeEvent(event);
}

} // namespace triptych::ui
