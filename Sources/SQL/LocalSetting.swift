/// A setting of the server that holds until the end of one transaction.
package struct LocalSetting: Sendable, Equatable {
    package let name: String
    package let value: String
    /// As it stands behind `SET LOCAL name =`.
    private let text: String

    /// `name` is one of the server's own or an extension's, as the catalogue or an allow-list has it.
    package init(_ name: String, _ value: String) {
        precondition(Self.mayBeName(name), "no name of a setting: \(name)")
        self.name = name
        self.value = value
        text = value.quotedLiteral
    }

    /// Where names without a schema are looked for.
    package init(searchPath schemas: [String]) {
        name = "search_path"
        value = schemas.map(\.quotedIdentifier).joined(separator: ", ")
        text = value
    }

    /// A time limit; at least a millisecond, since 0 means "no limit" to PostgreSQL.
    package init(_ name: String, _ duration: Duration) {
        self.init(name, "\(duration.wholeMilliseconds)")
    }

    package var statement: String { "SET LOCAL \(name) = \(text)" }

    /// Whether it could be the name of a setting, of whatever extension.
    package static func mayBeName(_ name: String) -> Bool { name.utf8.allSatisfy(mayBeInName) }

    private static func mayBeInName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

extension Duration {
    /// At least 1.
    package var wholeMilliseconds: Int64 { max(1, Int64(self / .milliseconds(1))) }
}
