/// How much of a pool is free: the label `status`.
enum PoolStatus {
    case healthy, degraded, unhealthy

    /// nil where nobody knows.
    init?(shareInUse share: Double?, allowed: Double?) {
        if let allowed, allowed <= 0 {
            self = .unhealthy
        } else if let share {
            self = share <= 0.2 ? .healthy : share <= 0.5 ? .degraded : .unhealthy
        } else {
            return nil
        }
    }
}
