/// Numbers and texts that have broken encoders before.
struct RandomValues {
    private(set) var random: SeededGenerator

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    /// True once in so many times.
    mutating func oneIn(_ times: Int) -> Bool { below(times) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    mutating func integer() -> Int64 {
        let edges: [Int64] = [0, 1, -1, .min, .max, .min + 1, .max - 1]
        switch below(4) {
        case 0: return pick(edges)
        case 1: return pick([1, -1]) * ((1 << 53) + Int64(below(7)) - 3)
        case 2: return Int64(below(1000)) - 500
        default: return Int64.random(in: .min ... .max, using: &random)
        }
    }

    /// Any double: one in three by its bits, which makes all exponents alike, NaN and infinities too.
    mutating func real() -> Double {
        let edges: [Double] = [
            0, -0.0, .nan, -.nan, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .leastNormalMagnitude.nextDown, .greatestFiniteMagnitude, 0x1p53, 0x1p53 - 1, 0x1p53 + 2, -0x1p53,
            0x1p63, -0x1p63, 0x1p64, 1e5, 1e6, 1e15, 1e16, 1e21, 1e22, 1e-4, 1e-5, 0.0025, 0.1,
        ]
        switch below(3) {
        case 0: return pick(edges)
        case 1: return Double(bitPattern: random.next())
        default: return Double.random(in: -1000...1000, using: &random)
        }
    }

    /// What a counter may be: neither negative nor NaN.
    mutating func amount() -> Double {
        let value = real().magnitude
        return value.isNaN ? 0 : value
    }

    mutating func finiteAmount() -> Double {
        let value = amount()
        return value.isInfinite ? 0 : value
    }

    /// Rising strictly, from zero up.
    mutating func bounds() -> [Double] {
        Set((0..<below(12)).map { _ in finiteAmount() }).sorted()
    }

    mutating func text() -> String {
        switch below(12) {
        case 0: ""
        case 1: long()
        default: hostile(upTo: 12)
        }
    }

    /// A help text; readers drop blanks at its ends, so it has none there.
    mutating func help() -> String { "What \(hostile(upTo: 20)) is." }

    mutating func hostile(upTo count: Int) -> String {
        let pieces = [
            "\\", "\"", "\n", "\r", "\0", "🐘", "é", "e\u{301}", "\u{10FFFF}", "\u{7f}", "\u{85}", "\u{2028}",
            " ",
            "\t", "a", "n", "{", "}", "=", ",", "#", " # ", "# EOF", "\\n", "\\\"", "\u{FEFF}", "\r\n",
        ]
        return (0..<below(count + 1)).map { _ in pick(pieces) }.joined()
    }

    private mutating func long() -> String {
        String(repeating: pick(["a", "🐘", "é", "\"", "x🐘"]), count: below(1200)) + hostile(upTo: 3)
    }
}
