/// What a run is asked to do.
package struct Plan: Sendable, Equatable {
    package let profile: Profile
    package let rows: Int
    package let dimensions: Int
    package let seed: UInt64
    package let workloads: [Workload]
    package let targets: ServiceTargets

    /// What pgvector can index with HNSW, and what fits into a run.
    package static let (possibleRows, possibleDimensions) = (100...10_000_000, 2...2000)

    /// nil stands for what the profile has.
    package init(
        _ profile: Profile, rows: Int? = nil, dimensions: Int? = nil, seed: UInt64 = 1,
        workloads: [Workload] = Workload.allCases, targets: ServiceTargets = ServiceTargets()
    ) {
        self.profile = profile
        self.rows = rows ?? profile.rows
        self.dimensions = dimensions ?? profile.dimensions
        self.seed = seed
        self.workloads = workloads
        self.targets = targets
        precondition(Self.possibleRows ~= self.rows && Self.possibleDimensions ~= self.dimensions)
    }

    /// Connections at a time: the clients', and the one that owns the schema.
    var connections: Int { 1 + (workloads.map { size(of: $0).clients }.max() ?? 0) }

    /// Each workload is done in so many parts, all in turn: what disturbs the server for a while then does
    /// not look like a property of one of them.
    static let rounds = 10

    /// Which workload comes after which: those that write last, since dead rows slow searches down.
    var turns: [Workload] {
        [workloads.filter { !$0.isWriting }, workloads.filter(\.isWriting)].flatMap { some in
            (0..<Self.rounds).flatMap { _ in some }
        }
    }

    /// Of one round.
    func size(of workload: Workload) -> WorkloadSize {
        let alone = { count in
            WorkloadSize(
                clients: 1, count: profile.scaled(count) / Self.rounds, limit: profile.limit / Self.rounds)
        }
        return switch workload {
        case .search10, .search100, .hotSearch, .lookup: alone(1000)
        case .crossNamespace, .crossShard, .list, .update, .insert: alone(500)
        case .batchSearch: alone(200)
        case .bulkInsert: alone(100)
        case .concurrent:
            WorkloadSize(clients: profile.clients, count: 20, limit: profile.limit / Self.rounds)
        case .searchOnly, .writeOnly, .mixed:
            WorkloadSize(clients: 10, count: nil, limit: profile.duration / Self.rounds)
        }
    }
}
