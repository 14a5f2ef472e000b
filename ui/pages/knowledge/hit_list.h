#pragma once

#include "base/json.h"

#include <QAbstractListModel>
#include <QList>
#include <QListView>
#include <QString>

#include <optional>
#include <vector>

namespace triptych::ui {

/// One hit of a search as it is shown.
struct Hit {
    struct Mark {
        int begin = 0, length = 0; ///< of `passage`, UTF-16
    };
    QString document, heading, passage; ///< passage: the text around the first words that match
    QString place;                      ///< chip: document and page
    QList<Mark> marks;
    qint64 begin = 0, end = 0; ///< code points of the document
    double score = 0, share = 0;
    std::optional<int> denseRank, lexicalRank;
    QString details; ///< tool tip: raw scores, words, neighbours
    Json json;       ///< as it came, for the clipboard
};

/// Out of an answer to `kb.search`, whatever that holds: what is missing or of another type is left out.
std::vector<Hit> hitsOf(const Json& answer, const char* mode);

/// Hits of one way to search, painted: rank and heading, passage with its matches marked, where it stands, score as bar and number.
class HitList : public QListView {
    Q_OBJECT
public:
    explicit HitList(QWidget* parent = nullptr);
    void setHits(std::vector<Hit> hits);
    const std::vector<Hit>& hits() const;
    const Hit* current() const;
    /// All in sight without a scroll bar of its own: the page scrolls.
    int heightOfAll() const;

Q_SIGNALS:
    void hitActivated(const QString& document, qint64 begin, qint64 end);
    void heightChanged();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    class Model;
    class Painter;
    void copy() const;
    Model* m_model;
};

} // namespace triptych::ui
