import Glibc

/// Reads one JSON document (RFC 8259), all of it, within limits.
struct JSONReader {
    /// What a document may hold.
    static let deepest = 64
    static let mostValues = 100_000

    private let bytes: [UInt8]
    private var position = 0
    private var values = 0

    /// The document; throws `.malformed` where it is none.
    static func read(_ bytes: [UInt8]) throws(ScrapeFailure) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        // A byte order mark may be ignored (section 8.1).
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.failure("more than one value") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    // MARK: - Values

    private mutating func value(depth: Int) throws(ScrapeFailure) -> JSONValue {
        guard depth < Self.deepest else { throw failure("more than \(Self.deepest) levels") }
        values += 1
        guard values <= Self.mostValues else { throw failure("more than \(Self.mostValues) values") }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return try map(depth: depth)
        case UInt8(ascii: "["): return try list(depth: depth)
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func map(depth: Int) throws(ScrapeFailure) -> JSONValue {
        var members: [String: JSONValue] = [:]
        position += 1
        skipSpace()
        if take("}") { return .map(members) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a key that is no text") }
            let key = try text()
            skipSpace()
            guard take(":") else { throw failure("a key without a value") }
            members[key] = try value(depth: depth + 1)
            skipSpace()
        } while take(",")
        guard take("}") else { throw failure("an object that does not end") }
        return .map(members)
    }

    private mutating func list(depth: Int) throws(ScrapeFailure) -> JSONValue {
        var items: [JSONValue] = []
        position += 1
        skipSpace()
        if take("]") { return .list(items) }
        repeat {
            items.append(try value(depth: depth + 1))
            skipSpace()
        } while take(",")
        guard take("]") else { throw failure("a list that does not end") }
        return .list(items)
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(ScrapeFailure) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw failure("no value") }
        position += word.utf8.count
        return value
    }

    // MARK: - Numbers

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`; the nearest double.
    private mutating func number() throws(ScrapeFailure) -> Double {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let number = Double(text), number.isFinite else { throw failure("a number out of range") }
        return number
    }

    private mutating func digits() throws(ScrapeFailure) {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        if position == start { throw failure("no value") }
    }

    // MARK: - Texts

    private mutating func text() throws(ScrapeFailure) -> String {
        position += 1
        var scalars: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: scalars, as: UTF8.self) else {
                    throw failure("a text that is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): scalars += try escape()
            case ..<0x20: throw failure("a control character in a text")
            default: scalars.append(byte)
            }
        }
        throw failure("a text that does not end")
    }

    /// What follows a backslash.
    private mutating func escape() throws(ScrapeFailure) -> [UInt8] {
        let byte = peek
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte ?? 0]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try scalar())).utf8)
        default: throw failure("an unknown escape in a text")
        }
    }

    /// A UTF-16 unit or a pair of them; half a pair is the replacement character.
    private mutating func scalar() throws(ScrapeFailure) -> Unicode.Scalar {
        let first = try hexadecimal()
        guard UTF16.isLeadSurrogate(first), take("\\") else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        guard take("u") else {
            position -= 1
            return "\u{FFFD}"
        }
        let second = try hexadecimal()
        guard UTF16.isTrailSurrogate(second) else { return "\u{FFFD}" }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func hexadecimal() throws(ScrapeFailure) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ isxdigit(CInt($0)) != 0 }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("an unknown escape in a text") }
        position += 4
        return unit
    }

    // MARK: -

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private func failure(_ what: String) -> ScrapeFailure {
        ScrapeFailure(.malformed, "the document is no JSON: \(what) at byte \(position)")
    }
}
