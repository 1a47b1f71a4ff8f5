import Exposition
import ProbeDefinitions

extension ProbeRecord {
    /// What every probe tells of itself as a whole.
    func add(
        to families: inout ProbeFamilies, schedule: ProbeSchedule, objective: Objective, budget: Duration
    ) {
        families.add(.interval, .seconds(schedule.interval))
        families.add(.timeout, .seconds(schedule.timeout))
        if let median = objective.median { families.add(.objectiveMedian, .seconds(median)) }
        if let p95 = objective.p95 { families.add(.objectiveP95, .seconds(p95)) }
        if let recall = objective.recall { families.add(.objectiveRecall, .real(recall)) }
        for reason in SkipReason.allCases {
            families.add(.skipped, .whole(skips[reason] ?? 0), reason.rawValue)
        }
        if cold != nil {
            families.add(.connects, .whole(connects))
            families.add(.connectSeconds, .seconds(connectTime))
        }
        families.add(.databaseSeconds, .seconds(databaseTime))
        families.add(.budget, .seconds(budget))
        for variant in variants { variant.add(to: &families) }
        if let sampleRatio { families.add(.sentinelSampleRatio, .real(sampleRatio)) }
        if let candidates = facts?.candidates {
            for match in IndexMatch.allCases {
                families.add(.indexCandidates, .whole(candidates[match] ?? 0), match.rawValue)
            }
        }
        truth?.add(to: &families)
    }
}

extension TruthRecord {
    func add(to families: inout ProbeFamilies) {
        families.add(.truthDuration, .histogram(durations))
        for reason in TruthFailure.allCases {
            families.add(.truthFailures, .whole(failures[reason] ?? 0), reason.rawValue)
        }
        for reason in TruthSkipReason.allCases {
            families.add(.truthSkipped, .whole(skips[reason] ?? 0), reason.rawValue)
        }
        if let lastSuccess { families.add(.truthLastSuccess, .real(lastSuccess)) }
    }
}

extension VariantRecord {
    func add(to families: inout ProbeFamilies) {
        families.add(.duration, .histogram(durations), name)
        families.add(.attempts, .whole(attempts), name)
        for reason in ProbeFailure.allCases {
            families.add(.failures, .whole(failures[reason] ?? 0), name, reason.rawValue)
        }
        if let isSuccess { families.add(.success, .truth(isSuccess), name) }
        if let lastRun { families.add(.lastRun, .real(lastRun), name) }
        families.add(.requestedRows, .whole(requestedRows), name)
        families.add(.returnedRows, .whole(returnedRows), name)
        families.add(.shortResults, .whole(shortResults), name)
        if parts.contains(.explain) { samples.add(to: &families, variant: name) }
        if parts.contains(.plan) { addPlan(to: &families) }
        if parts.contains(.sentinel) {
            families.add(.sentinelChecks, .whole(sentinelChecks), name)
            families.add(.sentinelMisses, .whole(sentinelMisses), name)
            families.add(.sentinelMissedRows, .whole(sentinelMissedRows), name)
        }
        addSettings(to: &families)
        for source in TruthSource.allCases {
            recall[source]?.add(to: &families, variant: name, source: source.rawValue)
        }
        if let baseline { families.add(.baseline, .real(baseline), name) }
    }

    private func addPlan(to families: inout ProbeFamilies) {
        guard let plan else { return }
        for path in PlanPath.allCases { families.add(.plan, .truth(path == plan), name, path.rawValue) }
        if let isPlanExpected { families.add(.planExpected, .truth(isPlanExpected), name) }
    }

    private func addSettings(to families: inout ProbeFamilies) {
        for (setting, text) in settings.sorted(by: { $0.key < $1.key }) {
            if let number = Self.number(text, of: setting) {
                families.add(.settingValue, number, name, setting)
            } else {
                families.add(.settingInfo, .whole(1), name, setting, text)
            }
        }
    }

    /// nil for what is one of several words: `off` among them, where there are more than two.
    private static func number(_ text: String, of setting: String) -> Sample.Value? {
        if let value = Double(text), value.isFinite { return .real(value) }
        guard !setting.hasSuffix("iterative_scan") else { return nil }
        return switch text {
        case "on": .whole(1)
        case "off": .whole(0)
        default: nil
        }
    }
}

extension ExplainRecord {
    func add(to families: inout ProbeFamilies, variant: String) {
        families.add(.serverDuration, .histogram(durations), variant)
        families.add(.planningSeconds, .seconds(planning), variant)
        families.add(.hitBlocks, .whole(hitBlocks), variant)
        families.add(.readBlocks, .whole(readBlocks), variant)
        families.add(.filteredRows, .real(filteredRows), variant)
        if let indexSearches { families.add(.indexSearches, .whole(indexSearches), variant) }
        families.add(.explainSamples, .whole(count), variant)
    }
}

extension RecallRecord {
    func add(to families: inout ProbeFamilies, variant: String, source: String) {
        families.add(.recall, .histogram(ratios), variant, source)
        families.add(.recallSquares, .real(squares), variant, source)
        families.add(.recallEmpty, .whole(empty), variant, source)
        families.add(.distanceExcess, .histogram(excess), variant, source)
        if isWindowShown { addWindow(to: &families, variant, source) }
    }

    private func addWindow(to families: inout ProbeFamilies, _ variant: String, _ source: String) {
        if let mean = window.mean { families.add(.windowRatio, .real(mean), variant, source) }
        if let bounds = window.bounds {
            families.add(.windowLower, .real(bounds.lower), variant, source)
            families.add(.windowUpper, .real(bounds.upper), variant, source)
        }
        families.add(.windowQueries, .whole(window.count), variant, source)
    }
}
