import Postgres
import ProbeDefinitions

/// Everything that a probe has to tell, as counts and latest values; a value without effects.
struct ProbeRecord: Sendable {
    private(set) var variants: [VariantRecord]
    private(set) var skips: [SkipReason: Int] = [:]
    private(set) var connects = 0
    private(set) var connectTime = Duration.zero
    private(set) var databaseTime = Duration.zero
    /// nil for probes that have none.
    var truth: TruthRecord?
    /// What the server's catalogue says; nil while unknown.
    var facts: Facts?
    /// Sampled rows ÷ rows of the table.
    var sampleRatio: Double?

    struct Facts: Sendable, Equatable {
        let database: String
        var accessMethod = ""
        /// nil while nobody could look.
        var candidates: [IndexMatch: Int]?
    }

    init(_ variants: [VariantRecord], truth: TruthRecord? = nil) {
        self.variants = variants
        self.truth = truth
    }

    init(of probe: SearchProbe) {
        let sources = TruthSource.all(of: probe.recall)
        var parts: VariantRecord.Parts = []
        if probe.explainEvery > 0 { parts.insert(.explain) }
        if probe.explainEvery > 0 || probe.planCheckEvery > 0 { parts.insert(.plan) }
        let sentinel: VariantRecord.Parts =
            probe.recall.modes.contains(.residentSample) && probe.target.filter == nil ? .sentinel : []
        variants = probe.variants.map {
            VariantRecord(
                $0.name, parts: parts.union(sentinel), sources: sources,
                windowQueries: probe.recall.windowQueries)
        }
        if probe.schedule.coldEvery > 0 { variants.append(VariantRecord(Self.coldVariant, parts: sentinel)) }
        truth = sources.isEmpty ? nil : TruthRecord()
        for (index, variant) in probe.variants.enumerated() {
            variants[index].baseline = probe.recall.fixedBaseline(of: variant.name)
        }
    }

    /// The label `variant` of searches in fresh sessions.
    static let coldVariant = "cold"

    /// The position of the cold variant; nil where the probe has none.
    var cold: Int? { variants.firstIndex { $0.name == Self.coldVariant } }

    /// Where a tick's first run belongs.
    func variant(isCold: Bool) -> Int { isCold ? cold ?? 0 : 0 }

    mutating func append(_ variant: VariantRecord) {
        variants.append(variant)
    }

    subscript(variant index: Int) -> VariantRecord {
        get { variants[index] }
        set { variants[index] = newValue }
    }

    mutating func note(_ reason: SkipReason, times: Int = 1) {
        skips[reason, default: 0] += times
    }

    /// Ticks that passed while an earlier run was at work are observations of the first variant.
    mutating func noteMissed(_ elapsed: [Duration]) {
        for elapsed in elapsed { variants[0].noteMissed(after: elapsed) }
        note(.overrun, times: elapsed.count)
    }

    /// There was no connection: somebody was silent, said no, or it was ourselves who had none to spare.
    mutating func noteNoConnection(
        _ failure: PostgresError, due: ContinuousClock.Instant, cold: Duration?, time: Double
    ) {
        if failure == .interrupted { return }
        if case .cannotConnect(.connectionLimit, _) = failure { return note(.connections) }
        let elapsed = cold ?? max(.zero, .now - due)
        variants[variant(isCold: cold != nil)].note(
            .connect, after: elapsed, isObserved: failure == .timedOut || failure.isConnectTimeout, at: time)
    }

    mutating func noteConnect(after duration: Duration) {
        connects += 1
        connectTime += duration
    }

    mutating func spend(_ duration: Duration) {
        databaseTime += duration
    }

    /// There is nothing to be searched any more: plans, candidates and the sample are of the past.
    mutating func forgetSearch() {
        facts = facts.map { Facts(database: $0.database) }
        sampleRatio = nil
        for index in variants.indices { variants[index].forgetPlan() }
    }

    /// Nobody looks at present: what was seen last is no more, what was counted and compared with stays.
    mutating func withdraw() {
        facts?.candidates = nil
        sampleRatio = nil
        for index in variants.indices { variants[index].withdraw() }
    }

    // MARK: - Recall

    mutating func hideWindows() {
        for index in variants.indices { variants[index].hideWindows() }
    }

    mutating func note(
        _ outcome: RecallOutcome?, of variant: Int, by source: TruthSource, in plan: RecallPlan
    ) {
        variants[variant].recall[source]?.note(outcome)
        guard plan.baseline == .learned, variants[variant].baseline == nil,
            source == TruthSource.all(of: plan).first,
            let window = variants[variant].recall[source]?.window, window.isFull
        else { return }
        variants[variant].baseline = window.mean
    }

    /// The index or the table is another one; baselines stay, so that the new one is compared with the old.
    mutating func forgetWindows() {
        for index in variants.indices {
            for source in TruthSource.allCases { variants[index].recall[source]?.forgetWindow() }
        }
    }
}

extension RecallPlan {
    /// nil where it is to be learned, or nobody wants one.
    func fixedBaseline(of variant: String) -> Double? {
        switch baseline {
        case .learned: nil
        case .fixed(let recall): recall
        case .byVariant(let recalls): recalls[variant]
        }
    }
}
