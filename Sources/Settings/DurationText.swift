/// Durations as people write them: `500ms`, `15s`, `1h30m`.
package enum DurationText {
    private static let units: [(name: String, length: Duration)] = [
        ("d", .seconds(86_400)), ("h", .seconds(3600)), ("m", .seconds(60)), ("s", .seconds(1)),
        ("ms", .milliseconds(1)),
    ]

    /// Whole numbers with units, the longest unit first, each unit once; nil is anything else.
    package static func read(_ text: String) -> Duration? {
        var total = Duration.zero
        var rest = text.utf8[...]
        var units = units[...]
        repeat {
            let number = rest.prefix(while: \.isDigit)
            let name = rest.dropFirst(number.count).prefix(while: \.isLetter)
            // Nine digits cannot overflow, and are longer than any range allows.
            guard number.count <= 9, let count = Int(Substring(number)),
                let unit = units.firstIndex(where: { $0.name.utf8.elementsEqual(name) })
            else { return nil }
            total += units[unit].length * count
            units = units[(unit + 1)...]
            rest = rest[name.endIndex...]
        } while !rest.isEmpty
        return total
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
