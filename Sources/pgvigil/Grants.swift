import ArgumentParser
import Collectors
import Postgres
import SQL

/// `pgvigil grants`: the role that the servers should know.
struct Grants: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints SQL that makes a role with the rights that pgvigil needs, and no others.",
        discussion: """
            It may be run again: a role that exists is kept. Run it as a superuser in any database; \
            afterwards give the role a password with \\password in psql, or let pg_hba.conf know it otherwise.

              pgvigil grants | psql --dbname=postgres --set=ON_ERROR_STOP=1
              pgvigil check --config pgvigil.yml
            """)

    @Option(help: ArgumentHelp("The role's name.", valueName: "name"))
    var role = "pgvigil"

    func run() {
        print(Self.sql(for: role), terminator: "")
    }

    static func sql(for role: String) -> String {
        let rights = Set(Collector.all.flatMap(\.requirements))
        let grants = rights.sorted { "\($0)" < "\($1)" }.map { right in
            let names = Collector.all.filter { $0.requirements.contains(right) }.map(\.name)
            return """
                -- For \(names.joined(separator: ", ")):
                \(right.grant(to: role))

                """
        }
        return """
            -- Rights of pgvigil's role: it may read statistics, and change nothing. pg_monitor holds the
            -- other two, which are enough where the collectors that need it are switched off.
            DO $pgvigil$
            BEGIN
                CREATE ROLE \(role.quotedIdentifier) LOGIN;
            EXCEPTION WHEN duplicate_object THEN
                NULL;
            END
            $pgvigil$;

            \(grants.joined(separator: "\n"))
            -- Probes, samples and own collectors read what the role may read. In that database:
            -- GRANT USAGE ON SCHEMA public TO \(role.quotedIdentifier);
            -- GRANT SELECT ON TABLE public.documents TO \(role.quotedIdentifier);

            """
    }
}
