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
                    try prober.runTruth(
                        TruthOccasion(
                            allowance: occasion.allowance, server: occasion.server,
                            wasYielded: occasion.hasYielded),
                        on: &connection)
                },
                fail: { obstacle in
                    switch (obstacle.cause, obstacle.kind) {
                    case (.noConnection(let failure), .check): prober.noteNoConnectionForTruth(failure)
                    case (.noConnection(let failure), _):
                        prober.noteNoConnection(failure, due: obstacle.point.due, cold: obstacle.connecting)
                    case (.otherServer, .check): prober.noteTruthSkipped(.identity)
                    case (.otherServer, _): prober.noteSkipped(.identity)
                    }
                },
                miss: { points, seen in prober.noteMissed(due: points.map(\.due), end: seen) },
                families: { prober.families }, isReady: { prober.isResolved },
                withdraw: { prober.withdraw() }))
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
                fail: { obstacle in
                    switch obstacle.cause {
                    case .noConnection(let failure):
                        prober.noteNoConnection(failure, due: obstacle.point.due, cold: obstacle.connecting)
                    case .otherServer: prober.noteSkipped(.identity)
                    }
                },
                miss: { points, seen in prober.noteMissed(due: points.map(\.due), end: seen) },
                families: { prober.families }, withdraw: { prober.withdraw() }))
    }
}

extension ProbeTick {
    fileprivate init(_ occasion: ProbeJob.Occasion) {
        self.init(
            number: occasion.point.number, due: occasion.point.due, server: occasion.server,
            cold: occasion.connecting, isNewConnection: occasion.isNewConnection,
            allowance: occasion.allowance, wasYielded: occasion.hasYielded, freeUntil: occasion.freeUntil)
    }
}

extension ProbeJob.Obstacle {
    /// How long a fresh session was tried for; nil where the warm one was.
    fileprivate var connecting: Duration? { kind == .cold ? .now - point.due : nil }
}
