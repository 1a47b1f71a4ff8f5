import FoundationEssentials

/// The time of day, which may jump; only for time stamps.
package enum WallClock {
    /// Seconds since 1970.
    package static var seconds: Double { Date().timeIntervalSince1970 }
}
