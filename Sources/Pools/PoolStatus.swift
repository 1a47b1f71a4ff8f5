/// How much of a pool is free: the label `status`.
enum PoolStatus {
    case healthy, degraded, unhealthy

    /// nil where nobody knows.
    ///
    /// For who waits nothing is free, however few connections are in use: a paused pool uses none.
    init?(shareInUse share: Double?, allowed: Double?, pending: Double?) {
        if let allowed, allowed <= 0 {
            self = .unhealthy
        } else if let share {
            let isAwaited = pending ?? 0 > 0
            self = isAwaited || share > 0.5 ? .unhealthy : share > 0.2 ? .degraded : .healthy
        } else {
            return nil
        }
    }
}
