/// A metric name as every version of the exposition formats takes it.
///
/// A literal that is none stops the process.
/// Lower case only, which is narrower than Prometheus allows and what its naming guide asks for.
package struct MetricName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let description: String

    package init?(_ text: String) {
        guard Self.isValid(text) else { return nil }
        description = text
    }

    package init(stringLiteral text: String) {
        precondition(Self.isValid(text), "not a metric name: \(text)")
        description = text
    }

    private static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy { isDigit($0) || isLowerCaseOrUnderscore($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLowerCaseOrUnderscore(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}

extension MetricName: Comparable {
    package static func < (a: MetricName, b: MetricName) -> Bool {
        a.description.utf8.lexicographicallyPrecedes(b.description.utf8)
    }
}
