/// What an application says of itself besides its pools; nil is unknown.
package struct ApplicationReading: Sendable, Equatable {
    package var caches: [String: Cache] = [:]
    package var activeThreads: Double?
    package var cpuSeconds: Double?
    package var residentBytes: Double?

    package struct Cache: Sendable, Equatable {
        package var hits: Double?
        package var misses: Double?
        package var evictions: Double?
        package var entries: Double?

        package init() {}
    }

    package init() {}
}

/// All that one document says.
package struct PoolDocument: Sendable, Equatable {
    package var pools: [PoolReading] = []
    package var application = ApplicationReading()
}
