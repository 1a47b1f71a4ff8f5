import ProbeDefinitions

extension Rule where Output == PlanExpectation {
    /// What a probe can look for at each look; `index` needs the whole plan, which `pgvigil explain` has.
    static var plan: Rule { .choice(of: [.annIndex, .seqScan, .any]) }
}
