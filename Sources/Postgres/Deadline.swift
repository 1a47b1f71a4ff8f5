/// A point in time after which waiting makes no sense.
package struct Deadline: Sendable, Comparable {
    private let instant: ContinuousClock.Instant

    package static func after(_ duration: Duration) -> Deadline {
        at(.now + duration)
    }

    package static func at(_ instant: ContinuousClock.Instant) -> Deadline {
        Deadline(instant: instant)
    }

    package static func < (a: Deadline, b: Deadline) -> Bool { a.instant < b.instant }

    package var hasPassed: Bool { instant <= .now }

    /// What poll(2) wants: whole milliseconds, never negative, rounded up.
    var remainingMilliseconds: CInt {
        let left = max(.zero, instant - .now) + .microseconds(999)
        return CInt(clamping: Int64(left / .milliseconds(1)))
    }
}
