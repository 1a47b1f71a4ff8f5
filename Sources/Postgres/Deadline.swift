import Glibc

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

    /// Never less than nothing.
    package var remaining: Duration { max(.zero, instant - .now) }

    package func later(by duration: Duration) -> Deadline { .at(instant + duration) }

    /// Blocks the thread until it has passed, to within what the kernel's timers allow (50 µs).
    ///
    /// Throws `.interrupted` as soon as the interrupt fires.
    func wait(unless interrupt: Interrupt) throws(PostgresError) {
        var descriptor = pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0)
        while !hasPassed {
            // poll(2) knows whole milliseconds only; the last one is slept.
            let left = (instant - .now).components
            let milliseconds = CInt(
                clamping: left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 - 1)
            if milliseconds > 0 {
                _ = unsafe poll(&descriptor, 1, milliseconds)
            } else {
                var time = timespec(tv_sec: 0, tv_nsec: Int(left.attoseconds / 1_000_000_000))
                _ = unsafe nanosleep(&time, nil)
            }
            if interrupt.hasFired { throw .interrupted }
        }
    }

    /// What poll(2) wants: whole milliseconds, never negative, rounded up.
    var remainingMilliseconds: CInt {
        let left = remaining + .microseconds(999)
        return CInt(clamping: Int64(left / .milliseconds(1)))
    }
}
