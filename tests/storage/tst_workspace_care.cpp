#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "storage/schema.h"
#include "storage/workspace.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <optional>
#include <thread>
#include <vector>

using namespace triptych;

/// Migrations, damaged files, newer versions, check and repair.
class WorkspaceCareTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> m_dir;

    std::filesystem::path folder() const { return m_dir->path().toStdString(); }
    std::filesystem::path file() const { return folder() / "workspace.sqlite"; }
    void sql(const std::string& text) const { SQLite::Database(file().string(), SQLite::OPEN_READWRITE).exec(text); }
    Error openError() const {
        try {
            Workspace::open(folder());
        } catch (const Error& error) {
            return error;
        }
        return Error(ErrorCode::Internal, "no error");
    }
    static int code(ErrorCode value) { return static_cast<int>(value); }
    /// A workspace with a data set of `rows` rows, all in the database file itself and not in the log.
    void fill(int rows) const {
        Workspace workspace = Workspace::create(folder());
        std::vector<ExampleRecord> examples;
        for (int i = 0; i < rows; ++i)
            examples.push_back({"text number " + std::to_string(i) + std::string(200, 'x'), "a", i % 2 ? "train" : "test", i});
        workspace.saveDataset({0, "d", "classification", "h", "", 0, Json::object(), Json::array({{{"name", "a"}, {"count", rows}}}), Json::object()}, examples);
        workspace.setSetting("language", "zh");
    }
    static QStringList list(const std::vector<std::string>& lines) {
        QStringList result;
        for (const std::string& line : lines)
            result.append(QString::fromStdString(line));
        return result;
    }

    static Schema withSteps(std::span<const Migration> steps) {
        Schema schema = workspaceSchema();
        schema.steps = steps;
        return schema;
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void migrationKeepsRowsAndACopy() {
        fill(10);
        const std::array<Migration, 2> steps = {workspaceSchema().steps[0], {2, "ALTER TABLE datasets ADD COLUMN note TEXT NOT NULL DEFAULT 'x';"}};
        SQLite::Database database(file().string(), SQLite::OPEN_READWRITE);
        migrate(database, file(), withSteps(steps));
        QCOMPARE(database.execAndGet("PRAGMA user_version").getInt(), 2);
        QCOMPARE(database.execAndGet("SELECT note FROM datasets").getString(), std::string("x"));
        QCOMPARE(database.execAndGet("SELECT count(*) FROM examples").getInt(), 10);
        SQLite::Database copy(migrationCopy(file(), 1).string(), SQLite::OPEN_READONLY);
        QCOMPARE(copy.execAndGet("PRAGMA user_version").getInt(), 1);
        QCOMPARE(copy.execAndGet("SELECT count(*) FROM examples").getInt(), 10);
        migrate(database, file(), withSteps(steps)); // nothing left to do
        QCOMPARE(database.execAndGet("PRAGMA user_version").getInt(), 2);
    }
    void earlierCopyOfAMigrationStays() {
        fill(10);
        atomicWrite(migrationCopy(file(), 1), "earlier");
        const std::array<Migration, 2> steps = {workspaceSchema().steps[0], {2, "ALTER TABLE datasets ADD COLUMN note TEXT NOT NULL DEFAULT 'x';"}};
        std::vector<std::jthread> processes;
        for (int i = 0; i < 4; ++i) {
            processes.emplace_back([&] {
                SQLite::Database database(file().string(), SQLite::OPEN_READWRITE, 10'000);
                migrate(database, file(), withSteps(steps));
            });
        }
        processes.clear();
        QCOMPARE(SQLite::Database(migrationCopy(file(), 1).string()).execAndGet("PRAGMA user_version").getInt(), 1);
        const QStringList copies = QDir(m_dir->path()).entryList({QStringLiteral("workspace.v1*")}, QDir::Files);
        QCOMPARE(copies, (QStringList{QStringLiteral("workspace.v1.2.sqlite"), QStringLiteral("workspace.v1.sqlite")}));
        QCOMPARE(readFile(folder() / "workspace.v1.2.sqlite"), std::string("earlier"));
    }
    void migrationThatFailsChangesNothing_data() {
        QTest::addColumn<QString>("step");
        QTest::newRow("bad statement") << QStringLiteral("DROP TABLE examples; CREATE TABLE oops (");
        QTest::newRow("dangling rows") << QStringLiteral("DELETE FROM datasets;");
    }
    void migrationThatFailsChangesNothing() {
        QFETCH(QString, step);
        fill(10);
        const std::string statement = step.toStdString();
        const std::array<Migration, 2> steps = {workspaceSchema().steps[0], {2, statement.c_str()}};
        {
            SQLite::Database database(file().string(), SQLite::OPEN_READWRITE);
            QVERIFY_EXCEPTION_THROWN(migrate(database, file(), withSteps(steps)), std::exception);
        }
        const Workspace workspace = Workspace::open(folder());
        QCOMPARE(workspace.examples("d").size(), std::size_t(10));
        QVERIFY(workspace.check().ok());
    }
    void newerWorkspaceIsRefusedAndUntouched() {
        fill(2);
        sql("PRAGMA user_version = 99");
        const std::string before = sha256File(file());
        const Error error = openError();
        QCOMPARE(code(error.code()), code(ErrorCode::Unsupported));
        QVERIFY(error.message().find("99") != std::string::npos);
        QVERIFY(!error.hint().empty());
        QCOMPARE(sha256File(file()), before);
    }
    void foreignDatabaseIsRefused() {
        SQLite::Database(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE bookmarks (url TEXT)");
        const Error error = openError();
        QCOMPARE(code(error.code()), code(ErrorCode::InvalidInput));
        QVERIFY(error.message().find("not a workspace") != std::string::npos);
    }
    void creationThatWasCutOffIsFinished() {
        atomicWrite(file(), "");
        QVERIFY(Workspace::open(folder()).check().ok());
    }
    void garbageNamesTheFileAndTheRepair() {
        atomicWrite(file(), std::string(8192, 'z'));
        const Error error = openError();
        QCOMPARE(code(error.code()), code(ErrorCode::Corrupt));
        QVERIFY(error.message().find("workspace.sqlite") != std::string::npos);
        QVERIFY(error.hint().find("workspace repair") != std::string::npos);
    }
    void repairRestoresTheCopyMadeBeforeAMigration() {
        fill(10);
        std::filesystem::copy_file(file(), migrationCopy(file(), 1));
        atomicWrite(file(), std::string(8192, 'z'));
        const QStringList done = list(Workspace::repair(folder()));
        QVERIFY2(done.join(QLatin1Char('\n')).contains(QStringLiteral("workspace.v1.sqlite")), qPrintable(done.join(QLatin1Char('\n'))));
        QCOMPARE(Workspace::open(folder()).examples("d").size(), std::size_t(10));
    }
    void repairWithoutAnyCopyStartsEmptyAndKeepsTheBrokenFile() {
        atomicWrite(file(), std::string(8192, 'z'));
        Workspace::repair(folder());
        const Workspace workspace = Workspace::open(folder());
        QVERIFY(workspace.datasets().empty());
        const QDir dir(m_dir->path());
        QCOMPARE(dir.entryList({QStringLiteral("workspace.broken-*.sqlite")}, QDir::Files).size(), 1);
    }
    void repairSavesTheRowsOutsideTheDamage() {
        fill(2000);
        const auto size = std::filesystem::file_size(file());
        QVERIFY(size > 400'000);
        {
            std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
            stream.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
            stream.write(std::string(8192, '\xA5').data(), 8192);
        }
        const Error error = openError();
        QCOMPARE(code(error.code()), code(ErrorCode::Corrupt));
        const QStringList done = list(Workspace::repair(folder()));
        const Workspace workspace = Workspace::open(folder());
        QVERIFY(workspace.check().ok());
        const auto rows = workspace.examples("d");
        QVERIFY2(rows.size() > 1500 && rows.size() < 2000, qPrintable(QString::number(rows.size()) + done.join(QLatin1Char('\n'))));
        QCOMPARE(workspace.dataset("d")->rows, static_cast<std::int64_t>(rows.size()));
        const DatasetRecord left = workspace.requireDataset("d");
        QVERIFY(left.hash.starts_with("repaired")); // another one each time: no two of such sets count as equal
        QCOMPARE(left.labels[0]["count"].get<std::int64_t>(), left.rows);
        QCOMPARE(workspace.setting("language")->get<std::string>(), std::string("zh"));
    }
    void flippedBytesNeverCrash() {
        fill(60);
        const std::string good = readFile(file());
        const std::vector<ExampleRecord> whole = Workspace::open(folder()).examples("d");
        constexpr std::size_t kFlips = 4;
        Random random(3);
        int told = 0, unchanged = 0;
        for (int round = 0; round < 150; ++round) {
            std::string bad = good;
            for (std::size_t i = 0; i < kFlips; ++i)
                bad[random.below(bad.size())] = static_cast<char>(random.below(256));
            std::filesystem::remove(folder() / "workspace.sqlite-wal");
            std::filesystem::remove(folder() / "workspace.sqlite-shm");
            atomicWrite(file(), bad);
            try {
                const Workspace workspace = Workspace::open(folder());
                workspace.datasets();
                if (!workspace.check().ok()) {
                    ++told;
                    continue;
                }
                // The database has no checksum of a text: a byte inside one may be another. Nothing else may.
                const std::vector<ExampleRecord> rows = workspace.examples("d");
                QCOMPARE(rows.size(), whole.size());
                std::size_t differing = 0;
                for (std::size_t i = 0; i < rows.size(); ++i)
                    differing += rows[i].text != whole[i].text || rows[i].label != whole[i].label || rows[i].split != whole[i].split;
                QVERIFY2(differing <= kFlips, qPrintable(QString::number(round)));
                unchanged += differing == 0;
            } catch (const Error& error) {
                QVERIFY(!error.message().empty());
                ++told;
            }
        }
        QVERIFY2(told > 20 && unchanged > 5, qPrintable(QStringLiteral("%1 told, %2 unchanged").arg(told).arg(unchanged)));
    }
    void repairOfAnOpenWorkspaceIsBusy() {
        fill(10);
        const std::string before = sha256File(file());
        std::optional<Workspace> window = Workspace::open(folder());
        Error error(ErrorCode::Internal, "no error");
        try {
            Workspace::repair(folder());
        } catch (const Error& thrown) {
            error = thrown;
        }
        QCOMPARE(code(error.code()), code(ErrorCode::Busy));
        QCOMPARE(sha256File(file()), before);
        window.reset();
        QVERIFY(Workspace::repair(folder()).empty());
    }
    void lockedDatabaseIsNotADamagedOne() {
        fill(10);
        SQLite::Database other(file().string(), SQLite::OPEN_READWRITE);
        other.exec("PRAGMA locking_mode = EXCLUSIVE");
        other.exec("BEGIN EXCLUSIVE; INSERT INTO settings(key, value) VALUES ('late', '1'); COMMIT");
        Error error(ErrorCode::Internal, "no error");
        try {
            Workspace::repair(folder());
        } catch (const Error& thrown) {
            error = thrown;
        }
        QCOMPARE(code(error.code()), code(ErrorCode::Busy));
        QVERIFY(QDir(m_dir->path()).entryList({QStringLiteral("workspace.broken-*")}, QDir::Files).isEmpty());
    }
    void checkNamesWhatIsWrongAndRepairMendsIt() {
        fill(10);
        {
            Workspace workspace = Workspace::open(folder());
            workspace.saveModel({"gone", "runs/gone/model", "full", "gone", ""});
            workspace.saveModel({"away", "/media/disk/model", "encoder", "", ""});
            workspace.saveRun({"gone", "train", "full", "", "done", "d", "", {}, nullptr, 1});
        }
        sql("PRAGMA foreign_keys = OFF; INSERT INTO examples(dataset_id, split, label, text, line) VALUES (77, 'train', 'a', 'lost', 1);"
            "DELETE FROM examples WHERE dataset_id = 1 AND line < 3; INSERT INTO settings(key, value) VALUES ('bad', '{');");
        const QStringList problems = list(Workspace::open(folder()).check().problems);
        const QString all = problems.join(QLatin1Char('\n'));
        for (const char* part : {"table examples", "'d' is to have 10 rows and has 7", "'bad' in table settings", "model 'gone'", "model 'away'", "run 'gone'"})
            QVERIFY2(all.contains(QLatin1String(part)), qPrintable(all));
        QCOMPARE(problems.size(), 6);
        QCOMPARE(list(Workspace::repair(folder())).size(), 6);
        const QStringList kept = QDir(m_dir->path()).entryList({QStringLiteral("workspace.before-repair-*.sqlite")}, QDir::Files);
        QCOMPARE(kept.size(), 1); // what was removed is still there
        SQLite::Database copy(m_dir->filePath(kept[0]).toStdString(), SQLite::OPEN_READONLY);
        QCOMPARE(copy.execAndGet("SELECT count(*) FROM examples WHERE dataset_id = 77").getInt(), 1);
        QCOMPARE(list(Workspace::open(folder()).check().problems), QStringList{QStringLiteral("the folder of model 'away' is missing: /media/disk/model")});
    }
    void repairOfASoundWorkspaceDoesNothing() {
        fill(10);
        QVERIFY(Workspace::repair(folder()).empty());
        QCOMPARE(Workspace::open(folder()).examples("d").size(), std::size_t(10));
    }
    void repairNeedsAWorkspace() { QVERIFY_EXCEPTION_THROWN(Workspace::repair(folder()), Error); }
};

QTEST_GUILESS_MAIN(WorkspaceCareTest)
#include "tst_workspace_care.moc"
