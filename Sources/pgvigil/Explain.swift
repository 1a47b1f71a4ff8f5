import ArgumentParser
import FoundationEssentials
import Glibc
import Postgres
import ProbeDefinitions
import Probes
import Runtime
import SQL
import Settings

/// `pgvigil explain`: whether statements of an application use the indexes that they should.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks the plans of an application's statements; for its CI.",
        discussion: """
            Exit status 1 where a statement's plan is not as expected. Nothing is run but EXPLAIN, for which \
            the role needs the rights that the statements need. Comments before a statement, or in it, may \
            give its values and an expectation of its own:

              -- expect: ann_index
              -- $1 = [0.1, 0.2, 0.3]
              SELECT id FROM documents ORDER BY embedding <=> $1::vector LIMIT 10;

              PGDATABASE=app pgvigil explain queries.sql --expect index --ignore-costs
            """)

    @OptionGroup var options: SettingsOptions

    @Argument(help: ArgumentHelp("A file of SQL; - for standard input.", valueName: "file"))
    var file: String

    @Option(
        help:
            "ann_index, index (no table is read whole), seq_scan or any: of statements that say nothing else."
    )
    var expect = PlanExpectation.index

    @Option(
        help: ArgumentHelp("The server of the settings; the only one where there is one.", valueName: "name"))
    var server: String?

    @Option(help: ArgumentHelp("The database; otherwise that of the connection.", valueName: "name"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "Where names without a schema are looked for; may be repeated.", valueName: "schema"))
    var searchPath: [String] = []

    @Flag(help: "Expect an index also where a table is so small that reading it whole is cheaper.")
    var ignoreCosts = false

    func run() async throws {
        ProcessEnvironment.prepare()
        let server = try options.load().server(named: server)
        let statements = SQLText(try text()).statements
        guard !statements.isEmpty else { throw ValidationError("There is no statement in \(file).") }
        let session = Session(
            to: server.connectionTarget.forProbes, limit: ConnectionLimit(1), canceller: Canceller())
        let report = CheckReport(isColored: isatty(STDOUT_FILENO) == 1, width: "statement 99".count)
        let isGood: Bool
        do throws(PostgresError) {
            isGood = try await session.use(of: database, connectBy: .after(server.interval / 3)) {
                connection, _ throws(PostgresError) in
                let state = try ServerState.read(from: &connection, by: .after(server.interval / 3))
                var isGood = true
                for (index, statement) in statements.enumerated() {
                    isGood = check(statement, number: index + 1, state, on: &connection, report) && isGood
                }
                return isGood
            }
        } catch {
            report.bad("connection", "\(error)", remedy: error.remedy)
            throw ExitCode.targetFailed
        }
        if !isGood { throw ExitCode.targetFailed }
    }

    private func text() throws -> String {
        if file == "-" {
            var text = ""
            while let line = readLine(strippingNewline: false) { text += line }
            return text
        }
        guard let bytes = FileManager.default.contents(atPath: file),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw ValidationError("\(file) cannot be read as text in UTF-8.") }
        return text
    }

    private func check(
        _ statement: SQLText, number: Int, _ server: ServerState, on connection: inout Connection,
        _ report: CheckReport
    ) -> Bool {
        let subject = "statement \(number)"
        var settings = [LocalSetting(searchPath: searchPath.isEmpty ? ["public"] : searchPath)]
        if ignoreCosts { settings.append(LocalSetting("enable_seqscan", "off")) }
        do throws(ExplainError) {
            let expected = try ExplainedStatement.expectation(in: statement) ?? expect
            let found = try ExplainedStatement.explain(
                statement, values: ExplainedStatement.values(in: statement), set: settings, server: server,
                on: &connection, by: .after(.seconds(10)))
            guard expected.isMet(by: found) else {
                report.bad(
                    subject, "expected \(expected.rawValue), found \(found.summary)",
                    remedy: found.scannedRelations.isEmpty || expected == .seqScan ? nil : scanRemedy)
                return false
            }
            report.good(subject, found.summary)
            return true
        } catch {
            report.bad(subject, "\(error)", remedy: nil)
            return false
        }
    }

    private var scanRemedy: String {
        ignoreCosts
            ? "make an index that can serve its ORDER BY or WHERE, or say \"-- expect: any\" before it"
            : "a small table is read whole whatever its indexes are: --ignore-costs tells if one could serve"
    }
}

extension PlanExpectation: ExpressibleByArgument {}

extension ExplainedStatement {
    /// The path, and which indexes and tables.
    var summary: String {
        let indexes = indexNames.isEmpty ? "" : ", index \(indexNames.sorted().joined(separator: ", "))"
        let scans =
            scannedRelations.isEmpty
            ? "" : ", reads all of \(scannedRelations.sorted().joined(separator: ", "))"
        return path.rawValue + indexes + scans
    }
}
