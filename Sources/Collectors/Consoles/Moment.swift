/// A point in time as consoles write it, `2026-11-21 16:05:14`, in a time zone that they do not tell.
struct Moment {
    /// Since 1970 where the zone is UTC; only the distance between two of one zone means something.
    let seconds: Int64

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count >= 2 else { return nil }
        let (date, time) = (Self.numbers(in: words[0], "-"), Self.numbers(in: words[1], ":"))
        guard let date, let time, (1...12).contains(date[1]), (1...31).contains(date[2]) else { return nil }
        let days = Self.days(date[0], date[1], date[2])
        seconds = days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    }

    private static func numbers(in word: Substring, _ separator: Character) -> [Int64]? {
        let numbers = word.split(separator: separator).compactMap { Int64($0) }
        return numbers.count == 3 && numbers.allSatisfy { 0...9999 ~= $0 } ? numbers : nil
    }

    /// Days since 1970 in the Gregorian calendar.
    ///
    /// The year begins in March, so that a leap day is its last one.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let leaps = year / 4 - year / 100 + year / 400
        return year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
    }
}
