import ProbeDefinitions

extension Blackout {
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    private static let day = 86_400

    /// One for each day of `daily 02:00-04:00 UTC`; nil if the text is no span.
    static func read(_ text: String) -> [Self]? {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2] == "UTC" else { return nil }
        let times = words[1].split(separator: "-", omittingEmptySubsequences: false).map(second)
        guard times.count == 2, let start = times[0], let end = times[1], start < day, start != end,
            start != end % day || end == day
        else { return nil }
        if words[0] == "daily" {
            return days.indices.map { Self(from: start, to: end, onDay: $0) }
        }
        return days.firstIndex(of: String(words[0])).map { [Self(from: start, to: end, onDay: $0)] }
    }

    private init(from start: Int, to end: Int, onDay index: Int) {
        let length = end > start ? end - start : end - start + Self.day
        let start = index * Self.day + start
        let end = start + length
        self.init(start: start, end: end > 7 * Self.day ? end - 7 * Self.day : end)
    }

    /// Of a day, from `00:00` to `24:00`.
    private static func second(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.isAllDigits }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60
        else { return nil }
        let second = hour * 3600 + minute * 60
        return second <= day ? second : nil
    }
}

// MARK: -

extension Rule where Output == [Blackout] {
    static var blackouts: Rule {
        let blackout = Rule("\"Mon 02:00-04:00 UTC\", \"daily 23:30-01:00 UTC\" or the like") {
            value throws(Refusal) in
            guard let spans = Blackout.read(try Rule<String>.text.read(value)) else {
                throw Refusal(found: "\(value.kind.words) that is no such span")
            }
            return spans
        }
        let spans = Rule<[[Blackout]]>.list("blackout", of: blackout, upTo: 100)
        return Rule("\(spans.allowed), or [] for none") { value throws(Refusal) in
            value.isEmptyList ? [] : try spans.read(value).flatMap { $0 }
        }
    }
}
