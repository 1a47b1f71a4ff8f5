/// Sizes as people write them: `64MiB`.
enum ByteText {
    private static let units: [(name: String, size: Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]

    /// A whole number with its unit; nil is anything else.
    static func read(_ text: String) -> Int? {
        let digits = text.utf8.prefix(while: \.isDigit)
        let name = text.utf8.dropFirst(digits.count)
        // Six digits cannot overflow.
        guard digits.count <= 6, let count = Int(Substring(digits)),
            let unit = units.first(where: { $0.name.utf8.elementsEqual(name) })
        else { return nil }
        return count * unit.size
    }

    /// The shortest text that reads as this size, in whole KiB.
    static func write(_ bytes: Int) -> String {
        let unit = units.first { bytes >= $0.size && bytes % $0.size == 0 } ?? ("KiB", 1 << 10)
        return "\(bytes / unit.size)\(unit.name)"
    }
}
