import Postgres

/// What several statements say in the same words.
enum Phrase {
    /// A condition on rows of `pg_stat_activity`: not one of pgvigil's own sessions.
    static let isNotOurs = """
        pid <> pg_catalog.pg_backend_pid()
          AND (application_name = 'pgvigil' AND usename = session_user) IS NOT TRUE
        """

    /// Where the server's WAL ends now: what it wrote itself or, in recovery, all that it holds.
    static let endOfWAL = """
        CASE WHEN pg_catalog.pg_is_in_recovery()
             THEN greatest(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
             ELSE pg_catalog.pg_current_wal_lsn() END
        """

    /// Seconds since then; 0 where that is still to come, as when clocks are set back; NULL of NULL.
    static func age(since time: String) -> String {
        "CASE WHEN \(time) IS NOT NULL"
            + " THEN greatest(extract(epoch FROM pg_catalog.clock_timestamp() - \(time)), 0) END"
    }

    /// Bytes of WAL from one position to another; 0 where there are none, NULL where either is NULL.
    static func bytes(from start: String, to end: String) -> String {
        "CASE WHEN \(start) IS NOT NULL AND \(end) IS NOT NULL"
            + " THEN greatest(pg_catalog.pg_wal_lsn_diff(\(end), \(start)), 0) END"
    }

    /// A position as the number of bytes before it.
    static func bytes(before position: String) -> String {
        "pg_catalog.pg_wal_lsn_diff(\(position), '0/0')"
    }

    /// A common table of the operator classes that find nearest neighbours, whoever brings them: those with
    /// an operator for ORDER BY, but for PostgreSQL's own trees and RUM, which is for texts.
    static let nearestClasses = """
        nearest_class AS (
            SELECT pg_opclass.oid,
                   opcname,
                   opcintype,
                   amname,
                   pg_catalog.string_agg(DISTINCT oprname::text, ',') AS operators
            FROM pg_catalog.pg_opclass
            JOIN pg_catalog.pg_am ON pg_am.oid = opcmethod
            JOIN pg_catalog.pg_amop
              ON amopfamily = opcfamily AND amoplefttype = opcintype AND amoppurpose = 'o'
            JOIN pg_catalog.pg_operator ON pg_operator.oid = amopopr
            WHERE amname NOT IN ('gist', 'spgist', 'rum')
            GROUP BY pg_opclass.oid, opcname, opcintype, amname
        )
        """

    /// Indexes by those classes and the tables below them, without temporary ones; after `nearestClasses`.
    static let nearestIndexes = """
        nearest_index AS (
            SELECT pg_index.indexrelid,
                   pg_index.indrelid,
                   nearest_class.opcname,
                   nearest_class.amname,
                   nearest_class.operators
            FROM pg_catalog.pg_index
            JOIN nearest_class ON nearest_class.oid = pg_index.indclass[0]
            JOIN pg_catalog.pg_class ON pg_class.oid = pg_index.indexrelid
            WHERE pg_class.relpersistence <> 't'
        )
        """

    /// What the catalogue says a relation's pages are, without a look at its files and so without a lock.
    static func bytes(ofPages pages: String) -> String {
        "(\(pages))::bigint * pg_catalog.current_setting('block_size')::bigint"
    }

    /// Whether a table's rows have ever been counted; what stands there before is no number.
    static func isCounted(_ relation: String, on server: ServerState) -> String {
        server.majorVersion >= 14
            ? "\(relation).reltuples >= 0" : "(\(relation).reltuples > 0 OR \(relation).relpages > 0)"
    }

    /// Whether the rows of a table and those of its vector indexes were last counted together.
    ///
    /// VACUUM that finds nothing dead counts the table alone; ANALYZE, and CREATE INDEX, count both.
    static func isCountedWithIndexes(table: String) -> String {
        let times = ["vacuum", "analyze"].map { act in
            let times = ["", "auto"].map { "pg_catalog.pg_stat_get_last_\($0)\(act)_time(\(table))" }
            return "greatest(\(times.joined(separator: ", ")))"
        }
        return "coalesce(\(times[1]) >= \(times[0]), \(times[0]) IS NULL)"
    }
}
