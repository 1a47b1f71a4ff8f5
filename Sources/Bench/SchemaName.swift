/// The name of a schema that a run makes for itself: `pgvigil_bench_` and eight hexadecimal digits.
package struct SchemaName: Sendable, Equatable, Hashable {
    static let prefix = "pgvigil_bench_"

    private let number: UInt32

    private init(number: UInt32) {
        self.number = number
    }

    static func random() -> SchemaName { SchemaName(number: .random(in: 0 ... .max)) }

    /// nil for any other name.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.prefix),
            let number = UInt32(text.dropFirst(Self.prefix.count), radix: 16)
        else { return nil }
        self.init(number: number)
        guard self.text == text else { return nil }
    }

    /// Needs no quotes in SQL.
    package var text: String {
        let digits = String(number, radix: 16)
        return "\(Self.prefix)\(String(repeating: "0", count: 8 - digits.count))\(digits)"
    }

    /// The advisory lock that a run holds while it lasts: two numbers.
    var lock: String { "1885824608, \(Int32(bitPattern: number))" }
}
