import Glibc

/// The time of day, which may jump; only for time stamps.
package enum WallClock {
    /// Seconds since 1970.
    package static var seconds: Double {
        var time = timespec()
        unsafe _ = clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// A moment in UTC as text, to the millisecond: `2026-02-28T23:59:59.120Z` (RFC 3339).
    ///
    /// Foundation's formatter would bring calendars and time zones into memory, megabytes of them.
    package static func text(of seconds: Double) -> String {
        let milliseconds = Int((seconds * 1000).rounded(.down))
        var (time, parts) = unsafe (time_t(milliseconds / 1000), tm())
        unsafe _ = gmtime_r(&time, &parts)
        let date = unsafe [
            padded(parts.tm_year + 1900, 4), padded(parts.tm_mon + 1, 2), padded(parts.tm_mday, 2),
        ]
        let hour = unsafe [padded(parts.tm_hour, 2), padded(parts.tm_min, 2), padded(parts.tm_sec, 2)]
        let fraction = padded(CInt(milliseconds % 1000), 3)
        return "\(date.joined(separator: "-"))T\(hour.joined(separator: ":")).\(fraction)Z"
    }

    private static func padded(_ number: CInt, _ digits: Int) -> String {
        let text = number.description
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
