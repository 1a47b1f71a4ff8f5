/// How many clients run a workload, and how often each.
struct WorkloadSize: Sendable, Equatable {
    let clients: Int
    /// nil: until the time is up.
    let count: Int?
    /// The time.
    let limit: Duration
}
