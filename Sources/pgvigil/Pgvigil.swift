import ArgumentParser

/// The program: its commands.
@main
struct Pgvigil: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pgvigil",
        abstract: "Keeps watch over PostgreSQL servers and serves what it sees to Prometheus.",
        discussion: """
            Exit status: 0 all is well, 1 a target failed, 2 the settings were refused, 64 the command \
            line was.
            """,
        version: BuildInfo.version,
        subcommands: [
            Serve.self, Collect.self, Check.self, Metrics.self, Grants.self, ProbeCommand.self,
            Explain.self, BenchCommand.self,
        ])
}

/// How a command ends, besides well and with 64 for a wrong command line.
extension ExitCode {
    static let targetFailed = ExitCode(1)
    static let settingsRefused = ExitCode(2)
}
