import ArgumentParser
import Collectors
import FoundationEssentials
import PoolDefinitions
import Postgres
import Settings

/// Where the settings come from.
struct SettingsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The settings file. Without it: one server, from DATA_SOURCE_NAME or libpq's PG* variables.",
            valueName: "file"))
    var config: String?

    /// The settings, or the end of the program where they are refused.
    func load() throws -> Settings {
        do throws(SettingsErrors) {
            return try read()
        } catch {
            StandardError.print("\(error)")
            throw ExitCode.settingsRefused
        }
    }

    func read() throws(SettingsErrors) -> Settings {
        let surroundings = Surroundings(
            collectors: Collector.all.map(\.name),
            consoleCollectors: Dictionary(
                grouping: ConsoleCollector.all, by: \.kind.rawValue
            ).mapValues { $0.map(\.name) },
            otherJobs: [Discoveries.jobName], reservedMetrics: MetricNames.reserved,
            reservedLabels: LabelNames.ours,
            isReadable: { ConnectionTarget.isReadable(conninfo: $0) })
        guard let config else {
            return try .fromEnvironment(ProcessInfo.processInfo.environment, in: surroundings)
        }
        return try .load(file: config, in: surroundings)
    }
}
