import Postgres
import ProbeDefinitions
import Probes
import Runtime

/// Probers as jobs of a target.
extension ProbeJob {
    init(_ prober: SearchProber) {
        let probe = prober.probe
        self.init(
            probe.name, of: probe.database, every: probe.schedule.interval, timeout: probe.schedule.timeout,
            coldEvery: probe.schedule.coldEvery,
            truthEvery: probe.recall.needsTruth ? probe.recall.exact.interval : nil,
            actions: Actions(
                measure: { connection, occasion throws(PostgresError) in
                    try prober.run(ProbeTick(occasion), on: &connection)
                },
                check: { connection, occasion throws(PostgresError) in
                    let allowance = min(occasion.allowance, probe.recall.exact.timeout)
                    try prober.runTruth(
                        TruthOccasion(
                            allowance: allowance, server: occasion.server, wasYielded: occasion.hasYielded),
                        on: &connection)
                },
                fail: { obstacle in
                    guard obstacle.kind != .check else {
                        return prober.noteNoConnectionForTruth(obstacle.failure)
                    }
                    prober.noteNoConnection(
                        obstacle.failure, due: obstacle.point.due, cold: obstacle.connecting)
                },
                miss: { points, seen in prober.noteMissed(due: points.map(\.due), end: seen) },
                families: { prober.families }))
    }

    init(_ prober: CustomProber) {
        let probe = prober.probe
        self.init(
            probe.name, of: probe.database, every: probe.schedule.interval, timeout: probe.schedule.timeout,
            coldEvery: probe.schedule.coldEvery,
            actions: Actions(
                measure: { connection, occasion throws(PostgresError) in
                    try prober.run(ProbeTick(occasion), on: &connection)
                },
                fail: { prober.noteNoConnection($0.failure, due: $0.point.due, cold: $0.connecting) },
                miss: { points, seen in prober.noteMissed(due: points.map(\.due), end: seen) },
                families: { prober.families }))
    }
}

extension ProbeTick {
    fileprivate init(_ occasion: ProbeJob.Occasion) {
        self.init(
            number: occasion.point.number, due: occasion.point.due, server: occasion.server,
            cold: occasion.connecting, isNewConnection: occasion.isNewConnection,
            allowance: occasion.allowance)
    }
}

extension ProbeJob.Obstacle {
    /// How long a fresh session was tried for; nil where the warm one was.
    fileprivate var connecting: Duration? { kind == .cold ? .now - point.due : nil }
}
