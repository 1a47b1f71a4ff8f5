package import PoolDefinitions

/// A shape of documents that is known.
package struct Preset: Sendable {
    let kind: ApplicationPoolKind
    let fields: [PoolField: FieldRule]
    /// What follows from other members, where no field says it.
    let derived: [PoolField: @Sendable (_ number: (_ names: String...) -> Double?) -> Double?]

    private init(
        _ kind: ApplicationPoolKind, _ fields: [PoolField: FieldRule],
        derived: [PoolField: @Sendable (_ number: (_ names: String...) -> Double?) -> Double?] = [:]
    ) {
        self.kind = kind
        self.fields = fields
        self.derived = derived
    }

    /// nil for a page of Prometheus metrics, whose names say what they mean.
    package static func of(_ format: DocumentFormat) -> Preset? {
        switch format {
        case .psycopgPool: psycopgPool
        case .sqlalchemy: sqlalchemy
        case .asyncpg: asyncpg
        case .nodePostgres: nodePostgres
        case .health: health
        case .json: json
        case .prometheus: nil
        }
    }

    /// The operator's own fields and no others.
    package static let json = Preset(.json, [:])

    /// `ConnectionPool.get_stats()`, which leaves out counters that are 0.
    package static let psycopgPool = Preset(
        .psycopgPool,
        [
            .total: FieldRule("pool_size"),
            .idle: FieldRule("pool_available"),
            .allowed: FieldRule("pool_max", isUnlimitedAtZero: true),
            .minimum: FieldRule("pool_min"),
            .pending: FieldRule("requests_waiting", missing: .zero),
            .acquired: FieldRule("requests_num", missing: .zero),
            .waitSeconds: FieldRule("requests_wait_ms", scale: 0.001, missing: .zero),
            .timeouts: FieldRule("requests_errors", missing: .zero),
            .useSeconds: FieldRule("usage_ms", scale: 0.001, missing: .zero),
        ])

    /// `QueuePool.size()`, `checkedin()`, `checkedout()`, `overflow()`, and its `max_overflow`.
    ///
    /// The overflow is negative until the pool has been full once.
    package static let sqlalchemy = Preset(
        .sqlalchemy,
        [
            .used: FieldRule("checked_out", "checkedout"),
            .idle: FieldRule("checked_in", "checkedin"),
            .allowed: FieldRule("total_capacity", isUnlimitedAtZero: true),
            .minimum: FieldRule("min_size"),
        ],
        derived: [
            .total: { number in
                guard let size = number("pool_size", "size"), let overflow = number("overflow") else {
                    return nil
                }
                return size + overflow
            },
            // A size of 0 and an overflow of -1 are without limit.
            .allowed: { number in
                guard let size = number("pool_size", "size"), size > 0, let overflow = number("max_overflow"),
                    overflow >= 0
                else { return nil }
                return size + overflow
            },
        ])

    /// `Pool.get_size()` and the like.
    package static let asyncpg = Preset(
        .asyncpg,
        [
            .total: FieldRule("size", "get_size"),
            .idle: FieldRule("idle_size", "idle", "get_idle_size"),
            .allowed: FieldRule("max_size", "max", "get_max_size"),
            .minimum: FieldRule("min_size", "min", "get_min_size"),
        ])

    /// The properties of a node-postgres `Pool`, and the `max` and `min` of its options.
    package static let nodePostgres = Preset(
        .nodePostgres,
        [
            .total: FieldRule("totalCount"),
            .idle: FieldRule("idleCount"),
            .pending: FieldRule("waitingCount"),
            .allowed: FieldRule("max"),
            .minimum: FieldRule("min"),
        ])

    /// A health document with `connection_pool.pool_utilization`.
    ///
    /// Waits count only where their names say the unit.
    package static let health: Preset = {
        let places = ["/connection_pool", "/connection_pool/pool_utilization", ""]
        func field(_ names: String...) -> FieldRule { FieldRule(names.map { ($0, 1) }, in: places) }
        func wait(_ names: String...) -> FieldRule {
            FieldRule(
                names.flatMap { [("\($0)_seconds", 1), ("\($0)_ms", 0.001)] }, in: places)
        }
        return Preset(
            .health,
            [
                .total: field("total", "total_connections", "pool_size"),
                .idle: field("idle", "idle_connections"),
                .used: field("active", "active_connections"),
                .pending: field("waiting", "waiting_requests", "waiting_clients", "waiting_connections"),
                .allowed: field("max", "max_connections", "max_size", "max_pool_size"),
                .minimum: field("min", "min_connections", "min_size", "min_pool_size"),
                .utilization: field("pool_utilization", "utilization"),
                .acquired: field("acquisitions", "total_acquisitions", "connections_acquired"),
                .timeouts: field("timeouts", "acquire_timeouts", "acquisition_timeouts"),
                .errors: field("errors", "acquire_errors", "acquisition_errors"),
                .meanWait: wait("average_wait", "avg_wait", "average_wait_time", "avg_wait_time"),
                .peakWait: wait("peak_wait", "max_wait", "peak_wait_time", "max_wait_time"),
            ])
    }()
}
