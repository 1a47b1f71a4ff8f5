/// What a document may say of a pool or of its application, named as in the settings.
package enum PoolField: String, Sendable, CaseIterable {
    case used = "connections_used"
    case idle = "connections_idle"
    case creating = "connections_creating"
    /// Gives the used or the idle ones where only the other is said.
    case total = "connections_total"
    case allowed = "max_connections"
    case minimum = "min_connections"
    case utilization
    case pending = "pending_requests"
    case oldestWait = "oldest_wait_seconds"
    case peakWait = "peak_wait_seconds"
    case meanWait = "mean_wait_seconds"
    case acquired = "acquire"
    case waitSeconds = "acquire_wait_seconds"
    case timeouts = "acquire_timeouts"
    case errors = "acquire_errors"
    case useSeconds = "use_seconds"

    case cacheHits = "cache_hits"
    case cacheMisses = "cache_misses"
    case cacheEvictions = "cache_evictions"
    case cacheEntries = "cache_entries"
    case threads = "threads_active"
    case cpuSeconds = "process_cpu_seconds"
    case memory = "process_resident_memory_bytes"

    /// Whether it is said of the application, not of its pool.
    package var isOfApplication: Bool {
        switch self {
        case .cacheHits, .cacheMisses, .cacheEvictions, .cacheEntries, .threads, .cpuSeconds, .memory: true
        default: false
        }
    }
}
