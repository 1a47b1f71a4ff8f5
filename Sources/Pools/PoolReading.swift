package import PoolDefinitions

/// One pool at one moment, in the terms that all pools share; nil is unknown.
///
/// A pooler gives one for each user with the gauges, and one without a user with the counters.
package struct PoolReading: Sendable, Equatable {
    package let kind: PoolKind
    /// The label `pool`: a pooler's name of the database, an application's name of the pool.
    package let pool: String
    package let user: String?

    /// Connections to what is behind the pool.
    package var used: Double?
    package var idle: Double?
    package var creating: Double?
    /// All of them, until it is known how many are used or idle.
    var total: Double?
    /// How many there may be; nil also where there is no limit.
    package var allowed: Double?
    /// How many are kept open.
    package var minimum: Double?
    /// What is allowed over all users, where that is not the sum of what each may have.
    package var configured: Double?
    /// The pool's own figure, from 0 to 1, for where it does not say what is allowed.
    package var utilization: Double?

    /// Clients that wait for a connection.
    package var pending: Double?
    package var oldestWaitSeconds: Double?
    package var peakWaitSeconds: Double?
    /// The pool's own figure, for where it does not count acquisitions and the time waited.
    package var meanWaitSeconds: Double?

    // Counters.

    /// Connections handed out.
    package var acquired: Double?
    /// Time that clients waited for one.
    package var waitSeconds: Double?
    /// Time that connections were in use.
    package var useSeconds: Double?
    /// Whether the pool counts the time that a client waited as use, too, once its transaction has ended.
    package var useIncludesWaits = false
    /// Requests given up.
    package var timeouts: Double?
    package var errors: Double?

    package init(_ kind: PoolKind, pool: String, user: String? = nil) {
        self.kind = kind
        self.pool = pool
        self.user = user
    }

    package init(_ kind: PoolerKind, pool: String, user: String? = nil) {
        self.init(.pooler(kind), pool: pool, user: user)
    }

    package init(_ kind: ApplicationPoolKind, pool: String) {
        self.init(.application(kind), pool: pool)
    }
}

extension PoolReading {
    /// Whose reading it is.
    package struct Key: Sendable, Hashable {
        package let kind: PoolKind
        package let pool: String
        package let user: String?
    }

    var key: Key { Key(kind: kind, pool: pool, user: user) }

    var keyOfPool: Key { Key(kind: kind, pool: pool, user: nil) }

    /// This reading with what follows from all connections for those that are not said to be used or idle.
    ///
    /// Counted one after the other, two numbers may disagree by what happened between.
    func completed() -> PoolReading {
        guard let total else { return self }
        var reading = self
        let settled = total - (creating ?? 0)
        reading.used = used ?? idle.map { max(0, settled - $0) }
        reading.idle = idle ?? used.map { max(0, settled - $0) }
        reading.total = nil
        return reading
    }

    /// Whether nothing is known of the pool but its name.
    var isEmpty: Bool { self == PoolReading(kind, pool: pool, user: user) }

    /// This reading and another one of the same pool, as one: counts are added, of waits the longest is kept.
    ///
    /// What either does not know, such as a limit where the other has none, nobody knows of both.
    func joined(with other: PoolReading) -> PoolReading {
        var joined = self
        for count in Self.counts {
            joined[keyPath: count] = sum(self[keyPath: count], other[keyPath: count])
        }
        for wait in [\Self.oldestWaitSeconds, \.peakWaitSeconds, \.meanWaitSeconds, \.utilization] {
            joined[keyPath: wait] = [self[keyPath: wait], other[keyPath: wait]].compactMap(\.self).max()
        }
        return joined
    }

    private static var counts: [WritableKeyPath<PoolReading, Double?>] {
        [
            \.used, \.idle, \.creating, \.allowed, \.minimum, \.configured, \.pending, \.acquired,
            \.waitSeconds, \.useSeconds, \.timeouts, \.errors,
        ]
    }

    private func sum(_ a: Double?, _ b: Double?) -> Double? {
        guard let a, let b else { return nil }
        return a + b
    }
}

extension [PoolReading] {
    /// One reading for each key, in the order in which they come.
    package var joined: [PoolReading] {
        var positions: [PoolReading.Key: Int] = [:]
        var joined: [PoolReading] = []
        for reading in self {
            if let position = positions[reading.key] {
                joined[position] = joined[position].joined(with: reading)
            } else {
                positions[reading.key] = joined.count
                joined.append(reading)
            }
        }
        return joined
    }
}
