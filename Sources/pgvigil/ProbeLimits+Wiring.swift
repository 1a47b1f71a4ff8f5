import Probes
import Settings

/// What search probes and custom probes have in common.
extension ProbeLimits {
    init(_ settings: Settings.ProbeLimits) {
        self.init()
        databaseSecondsPerHour = settings.databaseSecondsPerHour
        maxReplayLag = settings.maxReplayLag
        pauses = Set(settings.pauses.map { Pause($0) })
        blackouts = settings.blackouts.map { Blackout(start: $0.start, end: $0.end) }
    }
}

extension ProbeLimits.Pause {
    fileprivate init(_ pause: Settings.ProbeLimits.Pause) {
        self =
            switch pause {
            case .indexBuild: .indexBuild
            case .baseBackup: .baseBackup
            }
    }
}

extension ProbeSchedule {
    init(_ settings: Settings.ProbeSchedule) {
        self.init()
        interval = settings.interval
        timeout = settings.timeout
        coldEvery = settings.coldEvery
    }
}

extension Objective {
    init(_ settings: Settings.Objective) {
        self.init()
        median = settings.median
        p95 = settings.p95
        recall = settings.recall
    }
}

extension ServerRole {
    init(_ role: Settings.ProbeRole) {
        self =
            switch role {
            case .any: .any
            case .primary: .primary
            case .standby: .standby
            }
    }
}

extension PlanExpectation {
    init(_ plan: Settings.PlanExpectation) {
        self =
            switch plan {
            case .annIndex: .annIndex
            case .seqScan: .seqScan
            case .any: .any
            }
    }
}
