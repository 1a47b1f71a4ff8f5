import ArgumentParser
import Bench
import Settings

/// A file that says what the workloads of a bench should reach.
struct TargetsFile {
    let path: String

    /// The targets, or the end of the program where they are refused.
    func read() throws -> ServiceTargets {
        do throws(SettingsErrors) {
            let written = try WorkloadTargets.load(file: path, Self.terms)
            let pairs = written.compactMap { name, targets in
                Workload(rawValue: name).map { ($0, targets.ofService) }
            }
            return ServiceTargets(Dictionary(uniqueKeysWithValues: pairs))
        } catch {
            StandardError.print("\(error)")
            throw ExitCode.settingsRefused
        }
    }

    private static var terms: BenchTerms {
        BenchTerms(
            workloads: Workload.allCases.map { (name: $0.rawValue, writesRows: $0.isWriting) },
            percentiles: Percentile.allCases.map(\.name))
    }
}

extension WorkloadTargets {
    /// In the order in which a table shows them.
    fileprivate var ofService: [ServiceTarget] {
        ServiceTarget.Measure.allCases.compactMap { measure in
            switch measure {
            case .p50, .p95, .p99, .p999:
                latencies[measure.rawValue].map {
                    ServiceTarget(measure, good: $0.target / .seconds(1), critical: $0.critical / .seconds(1))
                }
            case .callsPerSecond: callsPerSecond.map { Self.target(measure, $0) }
            case .rowsPerSecond: rowsPerSecond.map { Self.target(measure, $0) }
            case .successRatio: successRatio.map { Self.target(measure, $0) }
            }
        }
    }

    private static func target(_ measure: ServiceTarget.Measure, _ bounds: TargetBounds<Double>)
        -> ServiceTarget
    {
        ServiceTarget(measure, good: bounds.target, critical: bounds.critical)
    }
}
