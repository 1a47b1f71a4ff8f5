import Postgres
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
                    switch obstacle.kind {
                    case .measure, .cold: prober.noteNoConnection(obstacle.failure, at: ProbeTick(obstacle))
                    case .check: prober.noteNoConnectionForTruth(obstacle.failure)
                    }
                },
                miss: { points, seen in prober.noteMissed(points.map { ProbeTick($0) }, end: seen) },
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
                fail: { prober.noteNoConnection($0.failure, at: ProbeTick($0)) },
                miss: { points, seen in prober.noteMissed(points.map { ProbeTick($0) }, end: seen) },
                families: { prober.families }))
    }
}

extension ProbeTick {
    fileprivate init(_ occasion: ProbeJob.Occasion) {
        self.init(
            number: occasion.point.number, due: occasion.point.due, server: occasion.server,
            cold: occasion.connecting, isNewConnection: occasion.isNewConnection)
    }

    /// One that found no session.
    fileprivate init(_ obstacle: ProbeJob.Obstacle) {
        self.init(
            number: obstacle.point.number, due: obstacle.point.due, server: .unknown,
            cold: obstacle.kind == .cold ? .now - obstacle.point.due : nil)
    }

    fileprivate init(_ point: ProbeJob.Point) {
        self.init(number: point.number, due: point.due, server: .unknown)
    }
}

extension ServerState {
    /// Of a tick that no server has heard of.
    fileprivate static let unknown = ServerState(version: 0)
}
