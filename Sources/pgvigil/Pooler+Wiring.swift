import Collectors
import Exposition
import Logging
import PoolDefinitions
import Pools
import Postgres
import Runtime
import Settings

/// What the other rooms need to know of a pooler's settings.
extension Settings.Pooler {
    var connectionTarget: ConnectionTarget {
        ConnectionTarget(
            conninfo: conninfo.revealed, password: passwordSource, kind: .pooler(kind),
            settings: SessionSettings(statementTimeout: interval / 3))
    }

    /// More than the one in use only where that one may be left hanging.
    ///
    /// A process of Pgpool-II may not come back from a failover, and holds on to its client; others serve.
    fileprivate var mostConnections: Int { kind == .pgpool ? 2 : 1 }

    /// The collectors that are switched on, in the catalogue's order.
    var activeCollectors: [ConsoleCollector] {
        ConsoleCollector.all(of: kind).filter { collectors[$0.name]?.isEnabled ?? !$0.isOptIn }
    }
}

extension Target {
    /// The pooler that the settings describe, on one connection to its console.
    ///
    /// `chosen` are the collectors that run, and leave in `findings` what they found; with `atEachPoll` none
    /// of them waits for its interval.
    convenience init(
        _ pooler: Settings.Pooler, collectors chosen: [ConsoleCollector], atEachPoll: Bool = false,
        into findings: PoolerFindings, on list: Watchlist, log: Logger
    ) {
        let sums = ConsoleSums()
        let jobs = chosen.map { collector in
            let interval = pooler.collectors[collector.name]?.interval ?? collector.cost.interval
            return Job(collector, every: atEachPoll ? nil : interval, into: sums, findings)
        }
        self.init(
            pooler.name, at: pooler.connectionTarget, labels: Labels(cluster: pooler.cluster, pooler.labels),
            interval: pooler.interval, maxConnections: pooler.mostConnections,
            jobs: jobs + [findings.job(on: list)],
            registry: list.registry, timeline: list.timeline, log: log)
    }
}

extension Job {
    fileprivate init(
        _ collector: ConsoleCollector, every interval: Duration?, into sums: ConsoleSums,
        _ findings: PoolerFindings
    ) {
        self.init(collector.name, every: interval) { connection, pooler, deadline throws(JobFailure) in
            do throws(CollectorError) {
                let found = try collector.collect(from: &connection, pooler, by: deadline, into: sums)
                findings.note(found.figures, of: collector.name)
                return Findings(found)
            } catch {
                findings.noteFailure(of: collector.name)
                throw JobFailure(error)
            }
        }
    }
}
