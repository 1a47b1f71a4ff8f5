import SQL
import Testing

@testable import Postgres

@Suite struct SessionSettingsTests {
    private let settings = SessionSettings(statementTimeout: .seconds(5))

    @Test func `what the operator set goes first, ours last`() {
        #expect(
            settings.options(after: "-c geqo=off")
                == "-c geqo=off -c statement_timeout=5000 -c lock_timeout=100 "
                + "-c search_path=pg_catalog -c jit=off -c default_transaction_read_only=on")
        #expect(settings.options(after: "").hasPrefix("-c statement_timeout=5000"))
    }

    @Test func `through a pooler each statement is one message that leaves nothing behind`() {
        #expect(
            settings.wrapping("SELECT 1")
                == "BEGIN READ ONLY; SET LOCAL statement_timeout = '5000'; SET LOCAL lock_timeout = '100'; "
                + "SET LOCAL search_path = 'pg_catalog'; SET LOCAL jit = 'off'; "
                + "SET LOCAL application_name = 'pgvigil'; SELECT 1; COMMIT")
    }

    @Test func `the planner of a probe's session is left as the role has it`() {
        let settings = SessionSettings(statementTimeout: .seconds(5), isOfProbes: true)
        #expect(!settings.options(after: "").contains("jit"))
        #expect(!settings.wrapping("SELECT 1").contains("jit"))
    }

    @Test func `only a session that is to write may write, and has a name of its own`() {
        let settings = SessionSettings(
            statementTimeout: .seconds(5), isReadOnly: false, application: "another")
        #expect(settings.options(after: "").hasSuffix("-c default_transaction_read_only=off"))
        #expect(settings.locals.last == LocalSetting("application_name", "another"))
        for (readOnly, isInEffect) in [("f", true), ("t", false)] {
            let rows = Rows(
                columns: ["statement_timeout", "lock_timeout", "read_only"],
                values: [["5000", "100", readOnly]])
            #expect(settings.areInEffect(rows) == isInEffect)
        }
    }

    @Test(arguments: [
        ("5000", "100", "t", true), ("0", "100", "t", false), ("5000", "0", "t", false),
        ("5000", "100", "f", false),
        (nil, "100", "t", false),
    ])
    func `settings are in effect only where all of them are`(
        _ statement: String?, _ lock: String?, _ readOnly: String?, _ isInEffect: Bool
    ) {
        let rows = Rows(
            columns: ["statement_timeout", "lock_timeout", "read_only"],
            values: [[statement, lock, readOnly]])
        #expect(settings.areInEffect(rows) == isInEffect)
    }

    @Test(arguments: [
        ("host=a", true), ("", true), ("postgresql://u:p@h/d", true), ("host", false), ("host='a", false),
        ("nonsense=1", false), ("postgresql://%zz", false),
    ])
    func `a connection string is readable or not, and no word of it is said`(
        _ conninfo: String, _ isReadable: Bool
    ) {
        #expect(ConnectionTarget.isReadable(conninfo: conninfo) == isReadable)
    }
}
