import ArgumentParser

/// `pgvigil probe`: probes by hand.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Runs a probe by hand, or tries a setting at several values.",
        discussion: """
              pgvigil probe docs --config pgvigil.yml --debug
              pgvigil probe docs --config pgvigil.yml --count 100
              pgvigil probe sweep docs --config pgvigil.yml --target 0.98
            """,
        subcommands: [ProbeRun.self, ProbeSweep.self], defaultSubcommand: ProbeRun.self)
}
