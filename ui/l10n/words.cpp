#include "l10n/words.h"

#include "jobs/students.h"
#include "l10n/numbers.h"

#include <QCoreApplication>
#include <QStringList>
#include <QTextDocument>

#include <algorithm>

namespace triptych::ui {

QString literalText(const QString& text) {
    return Qt::mightBeRichText(text) ? QStringLiteral("<p>%1</p>").arg(text.toHtmlEscaped().replace(u'\n', QStringLiteral("<br>"))) : text;
}

QString techniqueWord(Technique technique) {
    switch (technique) {
    case Technique::ZeroShot: return QCoreApplication::translate("Words", "Zero-shot");
    case Technique::Rag: return QCoreApplication::translate("Words", "Retrieve");
    case Technique::FineTune: return QCoreApplication::translate("Words", "Fine-tune");
    //: The technique, as a title
    case Technique::Distill: return QCoreApplication::translate("Words", "Distil");
    case Technique::Hybrid: return QCoreApplication::translate("Words", "Hybrid");
    }
    return {};
}

QString methodWord(const QString& method) {
    if (method == QLatin1String("zero_shot"))
        return QCoreApplication::translate("Words", "nearest label name");
    if (method == QLatin1String("retrieve"))
        return QCoreApplication::translate("Words", "nearest rows");
    if (method == QLatin1String("head"))
        return QCoreApplication::translate("Words", "head only");
    if (method == QLatin1String("full"))
        return QCoreApplication::translate("Words", "all weights");
    if (method == QLatin1String("soft"))
        return QCoreApplication::translate("Words", "soft targets");
    if (method == QLatin1String("predictor"))
        return QCoreApplication::translate("Words", "evaluation");
    return method;
}

QString studentTitle(const QString& student) {
    try {
        const StudentChoice choice = studentChoice(student.toStdString());
        if (choice.kind->name == "textcnn")
            return QStringLiteral("TextCNN");
        if (choice.kind->name == "bilstm")
            return QStringLiteral("BiLSTM");
        if (choice.kind->name == "static")
            return QCoreApplication::translate("Words", "static embeddings");
        return choice.layers > 0 ? QCoreApplication::translate("Words", "shrunken transformer, %n layers", nullptr, choice.layers)
                                 : QCoreApplication::translate("Words", "shrunken transformer");
    } catch (const Error&) {
        return {}; // of a newer engine
    }
}

namespace {

/// With %1 for the base; empty for other methods.
QString ingestTitle(const QString& method) {
    if (method == QLatin1String("add"))
        //: Title of a job; %1 the name of a knowledge base
        return QCoreApplication::translate("Words", "Add to %1");
    if (method == QLatin1String("sync"))
        //: Title of a job that brings a knowledge base in step with its folders; %1 its name
        return QCoreApplication::translate("Words", "Sync %1");
    if (method == QLatin1String("reembed"))
        //: Title of a job that makes the vectors of a knowledge base anew; %1 its name
        return QCoreApplication::translate("Words", "Re-embed %1");
    return {};
}

} // namespace

QString runTitle(const QString& method, const QString& title) {
    if (const QString ingest = ingestTitle(method); !ingest.isEmpty() && title.startsWith(method + QStringLiteral(" · ")))
        return ingest.arg(title.mid(method.size() + 3));
    return title.startsWith(method + QStringLiteral(" ·")) ? methodWord(method) + title.mid(method.size()) : title;
}

std::optional<Technique> techniqueOfMethod(const QString& method) {
    if (method == QLatin1String("zero_shot"))
        return Technique::ZeroShot;
    if (method == QLatin1String("retrieve"))
        return Technique::Rag;
    if (method == QLatin1String("head") || method == QLatin1String("full"))
        return Technique::FineTune;
    if (method == QLatin1String("soft"))
        return Technique::Distill;
    return std::nullopt;
}

QString stateWord(RunState state) {
    switch (state) {
    case RunState::Queued: return QCoreApplication::translate("Words", "queued");
    case RunState::Running: return QCoreApplication::translate("Words", "running");
    case RunState::Paused: return QCoreApplication::translate("Words", "paused");
    case RunState::Cancelling: return QCoreApplication::translate("Words", "cancelling");
    case RunState::Cancelled: return QCoreApplication::translate("Words", "cancelled");
    case RunState::Failed: return QCoreApplication::translate("Words", "failed");
    case RunState::Interrupted: return QCoreApplication::translate("Words", "interrupted");
    //: State of a job that ended well
    case RunState::Done: return QCoreApplication::translate("Words", "done");
    }
    return {};
}

QString splitWord(const QString& split) {
    if (split == QLatin1String("train"))
        return QCoreApplication::translate("Words", "train");
    //: The part of the data that selects (development set)
    if (split == QLatin1String("dev"))
        return QCoreApplication::translate("Words", "dev");
    if (split == QLatin1String("test"))
        return QCoreApplication::translate("Words", "test");
    return split;
}

QString evidenceSourceWord(EvidenceSource source) {
    switch (source) {
    case EvidenceSource::Measured: return QCoreApplication::translate("Words", "measured");
    //: Evidence that the user typed in
    case EvidenceSource::Entered: return QCoreApplication::translate("Words", "entered");
    //: Evidence that is assumed because nothing better is known
    case EvidenceSource::Default: return QCoreApplication::translate("Words", "default");
    }
    return {};
}

QString confidenceWord(const QString& confidence) {
    if (confidence == QLatin1String("low"))
        return QCoreApplication::translate("Words", "low", "confidence");
    if (confidence == QLatin1String("medium"))
        return QCoreApplication::translate("Words", "medium", "confidence");
    if (confidence == QLatin1String("high"))
        return QCoreApplication::translate("Words", "high", "confidence");
    return confidence;
}

QString metricWord(const QString& metric) {
    if (metric == QLatin1String("accuracy"))
        return QCoreApplication::translate("Words", "Accuracy");
    if (metric == QLatin1String("macro_f1"))
        return QCoreApplication::translate("Words", "Macro F1");
    if (metric == QLatin1String("ece"))
        return QCoreApplication::translate("Words", "Calibration error");
    if (metric == QLatin1String("retention"))
        return QCoreApplication::translate("Words", "Retention");
    if (metric == QLatin1String("speedup"))
        return QCoreApplication::translate("Words", "Speed-up");
    if (metric == QLatin1String("train_loss"))
        return QCoreApplication::translate("Words", "train loss");
    if (metric == QLatin1String("dev_loss"))
        return QCoreApplication::translate("Words", "dev loss");
    if (metric == QLatin1String("dev_accuracy"))
        return QCoreApplication::translate("Words", "dev accuracy");
    if (metric == QLatin1String("learning_rate"))
        return QCoreApplication::translate("Words", "learning rate");
    if (metric == QLatin1String("gradient_norm"))
        return QCoreApplication::translate("Words", "gradient norm");
    if (metric.startsWith(QLatin1String("control_")))
        return QCoreApplication::translate("Words", "%1, control").arg(metricWord(metric.mid(8)));
    return metric;
}

QString stageWord(const QString& stage) {
    if (stage == QLatin1String("train"))
        return QCoreApplication::translate("Words", "training");
    if (stage == QLatin1String("evaluate"))
        return QCoreApplication::translate("Words", "measuring quality");
    if (stage == QLatin1String("latency"))
        return QCoreApplication::translate("Words", "measuring latency");
    if (stage == QLatin1String("index"))
        return QCoreApplication::translate("Words", "indexing");
    if (stage == QLatin1String("embed"))
        return QCoreApplication::translate("Words", "embedding");
    if (stage == QLatin1String("load"))
        return QCoreApplication::translate("Words", "loading the model");
    if (stage == QLatin1String("tokenize"))
        return QCoreApplication::translate("Words", "tokenizing");
    if (stage == QLatin1String("teacher"))
        return QCoreApplication::translate("Words", "asking the teacher");
    if (stage == QLatin1String("student"))
        return QCoreApplication::translate("Words", "training the student");
    if (stage == QLatin1String("control"))
        return QCoreApplication::translate("Words", "training the control");
    if (stage == QLatin1String("import"))
        return QCoreApplication::translate("Words", "reading the file");
    if (stage == QLatin1String("read"))
        return QCoreApplication::translate("Words", "reading");
    if (stage == QLatin1String("export"))
        return QCoreApplication::translate("Words", "writing the weights");
    if (stage == QLatin1String("merge"))
        return QCoreApplication::translate("Words", "merging the adapter");
    if (stage == QLatin1String("prove"))
        return QCoreApplication::translate("Words", "proving what was written");
    return stage;
}

QString progressText(std::int64_t done, std::int64_t total, const QString& unit) {
    const int n = static_cast<int>(std::min<std::int64_t>(total > 0 ? total : done, 1'000'000'000));
    QString word;
    if (unit == QLatin1String("steps"))
        word = QCoreApplication::translate("Words", "steps", nullptr, n);
    else if (unit == QLatin1String("rows"))
        word = QCoreApplication::translate("Words", "rows", nullptr, n);
    else if (unit == QLatin1String("texts"))
        word = QCoreApplication::translate("Words", "texts", nullptr, n);
    else if (unit == QLatin1String("tensors"))
        word = QCoreApplication::translate("Words", "tensors", nullptr, n);
    else if (unit == QLatin1String("documents"))
        word = QCoreApplication::translate("Words", "documents", nullptr, n);
    else if (unit == QLatin1String("chunks"))
        word = QCoreApplication::translate("Words", "chunks", nullptr, n);
    else if (unit == QLatin1String("bytes"))
        return total > 0 ? QCoreApplication::translate("Words", "%1 / %2")
                               .arg(bytesText(static_cast<double>(done)), bytesText(static_cast<double>(total)))
                         : bytesText(static_cast<double>(done));
    else
        word = unit;
    if (done == 0 && total == 0)
        return QStringLiteral("—");
    if (total <= 0)
        //: %1 a count, %2 what is counted: "38 documents"
        return QCoreApplication::translate("Words", "%1 %2").arg(countText(done), word);
    //: %1 done of %2, %3 what is counted: "1,204 / 1,950 steps"
    return QCoreApplication::translate("Words", "%1 / %2 %3").arg(countText(done), countText(total), word);
}

QString errorSentence(ErrorCode code) {
    switch (code) {
    case ErrorCode::InvalidArgument: return QCoreApplication::translate("Words", "A value is outside what is allowed.");
    case ErrorCode::InvalidInput: return QCoreApplication::translate("Words", "The file or a row of it is malformed.");
    case ErrorCode::NotFound: return QCoreApplication::translate("Words", "Something that was named does not exist.");
    case ErrorCode::AlreadyExists: return QCoreApplication::translate("Words", "The name is already taken.");
    case ErrorCode::Unsupported: return QCoreApplication::translate("Words", "Triptych does not handle this kind.");
    case ErrorCode::Io: return QCoreApplication::translate("Words", "Reading or writing failed.");
    case ErrorCode::Busy: return QCoreApplication::translate("Words", "Another process is using it.");
    case ErrorCode::Corrupt: return QCoreApplication::translate("Words", "Stored data fails its own check.");
    case ErrorCode::OutOfMemory: return QCoreApplication::translate("Words", "There was not enough memory.");
    case ErrorCode::Cancelled: return QCoreApplication::translate("Words", "Stopped on request.");
    case ErrorCode::WorkerDied: return QCoreApplication::translate("Words", "The engine process ended unexpectedly.");
    case ErrorCode::Protocol: return QCoreApplication::translate("Words", "The engine's reply could not be understood.");
    case ErrorCode::Internal: return QCoreApplication::translate("Words", "This is a defect in Triptych.");
    }
    return {};
}

QString errorMessage(const Error& error) {
    return errorSentence(error.code()) + u' ' + qstr(error.message());
}

QString errorHint(const Error& error) { return qstr(error.hint()); }

namespace {

QString rowFaultSentence(RowFault fault) {
    switch (fault) {
    case RowFault::LineTooLong: return QCoreApplication::translate("Words", "the line has %1 bytes, more than the %2 allowed");
    case RowFault::RowTooLong: return QCoreApplication::translate("Words", "the row has %1 bytes, more than the %2 allowed");
    case RowFault::NulInRow: return QCoreApplication::translate("Words", "the row holds a NUL byte (byte %1)");
    case RowFault::NulInCell: return QCoreApplication::translate("Words", "there is a NUL byte (byte %1) in %2");
    case RowFault::BadRowEncoding: return QCoreApplication::translate("Words", "byte %1 of the row is not valid %2");
    case RowFault::BadCellEncoding: return QCoreApplication::translate("Words", "byte %1 of the cell is not valid %2: the encoding is wrong or the byte is damaged");
    case RowFault::EmptyCell: return QCoreApplication::translate("Words", "the cell is empty");
    case RowFault::UnknownClass: return QCoreApplication::translate("Words", "%1 is neither one of the %2 class names nor a number from 0 to %3");
    case RowFault::TextAfterQuote: return QCoreApplication::translate("Words", "a closing quote is followed by further text; a quote inside a quoted cell is written twice");
    case RowFault::OpenQuote: return QCoreApplication::translate("Words", "a quote is opened here and not closed (looked up to line %1); reading goes on with line %2");
    case RowFault::TooFewColumns: return QCoreApplication::translate("Words", "the row has %1 of %2 columns: %3");
    case RowFault::TooManyColumns: return QCoreApplication::translate("Words", "the row has %1 columns where %2 are expected: text that holds the delimiter needs quotes");
    case RowFault::NotJson: return QCoreApplication::translate("Words", "the row is not valid JSON: %1");
    case RowFault::NotAnObject: return QCoreApplication::translate("Words", "the row is not a JSON object: %1");
    case RowFault::ArrayOpen: return QCoreApplication::translate("Words", "the file ends inside the JSON array");
    case RowFault::TextAfterArray: return QCoreApplication::translate("Words", "there is further text after the end of the JSON array");
    case RowFault::MissingKey: return QCoreApplication::translate("Words", "the row has no %1");
    case RowFault::TextNotAString: return QCoreApplication::translate("Words", "the text is %1, not a string: %2");
    case RowFault::LabelNotAName: return QCoreApplication::translate("Words", "the label is %1, not a string or a number: %2");
    }
    return {};
}

} // namespace

QString rowProblemSentence(const RowProblem& problem) {
    const QString sentence = rowFaultSentence(problem.fault);
    QStringList values;
    for (const std::string& value : problem.values)
        values.append(qstr(value));
    // All at once: a value may itself hold "%1".
    switch (values.size()) {
    case 0: return sentence;
    case 1: return sentence.arg(values[0]);
    case 2: return sentence.arg(values[0], values[1]);
    default: return sentence.arg(values[0], values[1], values[2]);
    }
}

} // namespace triptych::ui
