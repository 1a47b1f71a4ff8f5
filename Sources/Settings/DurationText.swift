/// Durations as people write them: `500ms`, `15s`, `1h30m`.
enum DurationText {
    private static let units: [(name: String, length: Duration)] = [
        ("d", .seconds(86_400)), ("h", .seconds(3600)), ("m", .seconds(60)), ("s", .seconds(1)),
        ("ms", .milliseconds(1)),
    ]

    /// Whole numbers with units, the longest unit first, each unit once; nil is anything else.
    static func read(_ text: String) -> Duration? {
        guard let parts = text.wholeMatch(of: /(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?/)
        else { return nil }
        let numbers = [parts.1, parts.2, parts.3, parts.4, parts.5]
        var total = Duration.zero
        for (number, unit) in zip(numbers, units) {
            guard let number else { continue }
            // Nine digits cannot overflow, and are longer than any range allows.
            guard number.utf8.count <= 9, let count = Int(number) else { return nil }
            total += unit.length * count
        }
        return text.isEmpty ? nil : total
    }

    /// The shortest text that reads as this duration, in whole milliseconds.
    static func write(_ duration: Duration) -> String {
        var rest = duration
        var text = ""
        for (name, length) in units {
            let count = Int(rest / length)
            if count > 0 { text += "\(count)\(name)" }
            rest -= length * count
        }
        return text.isEmpty ? "0s" : text
    }
}
