#pragma once

#include "base/json.h"
#include "widgets/card.h"

#include <filesystem>
#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace triptych::ui {

class Banner;
class CommandLine;
class EngineClient;

/// Writes a model for other programs; the engine proves what it wrote before it shows. Hidden until a model is offered.
class ExportCard : public Card {
    Q_OBJECT
public:
    explicit ExportCard(EngineClient& engine, QWidget* parent = nullptr);
    ~ExportCard() override;

    /// Shows the card for a model, unless an export runs. GGUF files are of decoders alone.
    void offer(const QString& name, const std::filesystem::path& folder, bool decoder);
    bool isRunning() const { return m_running != 0; }

Q_SIGNALS:
    void started();
    /// Done, failed or cancelled; what came of it is shown.
    void finished();

protected:
    void changeEvent(QEvent* event) override;

private:
    void retranslate();
    void fillForms();
    void showState();
    void choosePlace();
    void start();
    void stop();
    QString formOf(int row) const; ///< "hf:f16", "gguf:q8_0", ...
    bool isGguf() const;
    QString suggestedPlace() const;

    EngineClient& m_engine;
    QString m_name;
    std::filesystem::path m_folder;
    bool m_decoder = false;
    quint64 m_running = 0;
    std::optional<Json> m_result;

    QLabel *m_formLabel, *m_placeLabel, *m_stage, *m_problem, *m_outcome;
    QComboBox* m_form;
    QLineEdit* m_place;
    QPushButton *m_choose, *m_start, *m_close;
    QProgressBar* m_bar;
    Banner* m_failed;
    CommandLine* m_command;
};

} // namespace triptych::ui
