import FoundationEssentials

/// The time of day, which may jump; only for time stamps.
package enum WallClock {
    /// Seconds since 1970.
    package static var seconds: Double { Date().timeIntervalSince1970 }

    /// A moment in UTC as text, to the millisecond: `2026-02-28T23:59:59.120Z` (RFC 3339).
    ///
    /// Foundation's formatter would bring calendars and time zones into memory, a megabyte and more of them.
    package static func text(of seconds: Double) -> String {
        let milliseconds = Int((seconds * 1000).rounded(.down))
        let day = milliseconds / 86_400_000
        let time = milliseconds % 86_400_000
        let (year, month, dayOfMonth) = date(day: day)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(dayOfMonth, 2) + "T"
            + padded(time / 3_600_000, 2) + ":" + padded(time / 60_000 % 60, 2) + ":"
            + padded(time / 1000 % 60, 2) + "." + padded(time % 1000, 3) + "Z"
    }

    /// The Gregorian date of a day counted from 1 January 1970.
    ///
    /// Counted from 1 March 0000, so that the leap day is a year's last: 400 years have 146,097 days, and
    /// five months from March on have 153.
    private static func date(day: Int) -> (year: Int, month: Int, day: Int) {
        let (era, inEra) = (day + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let year = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * year + year / 4 - year / 100)
        let month = (5 * inYear + 2) / 153
        let isNextYear = month >= 10
        return (
            era * 400 + year + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3,
            inYear - (153 * month + 2) / 5 + 1
        )
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = number.description
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
