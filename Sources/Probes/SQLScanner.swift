/// Takes SQL apart, byte by byte; what is left open at the end belongs to the last token.
struct SQLScanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ sql: String) { bytes = Array(sql.utf8) }

    mutating func next() -> SQLToken? {
        guard position < bytes.count else { return nil }
        let start = position
        let kind = scan()
        return SQLToken(kind: kind, text: text(from: start))
    }

    // MARK: -

    private mutating func scan() -> SQLToken.Kind {
        let start = position
        switch bytes[position] {
        case _ where Self.isSpace(bytes[position]):
            skip(while: Self.isSpace)
            return .space
        case Byte.minus where byte(1) == Byte.minus:
            while position < bytes.count, bytes[position] != Byte.newline { position += 1 }
            return .space
        case Byte.slash where byte(1) == Byte.star:
            skipComment()
            return .space
        case Byte.quote:
            skipQuoted(Byte.quote, escapes: false)
            return .other
        case Byte.doubleQuote:
            skipQuoted(Byte.doubleQuote, escapes: false)
            let quoted = text(from: start).dropFirst().dropLast()
            return .name(String(quoted).replacing("\"\"", with: "\""))
        case Byte.dollar:
            return scanDollar()
        case _ where Self.isDigit(bytes[position]):
            skip { Self.isDigit($0) || $0 == Byte.point }
            return .other
        case _ where Self.isNameStart(bytes[position]):
            return scanName()
        default:
            position += 1
            return .other
        }
    }

    /// A parameter, or a string in dollar quotes.
    private mutating func scanDollar() -> SQLToken.Kind {
        let start = position
        position += 1
        if position < bytes.count, Self.isDigit(bytes[position]) {
            skip(while: Self.isDigit)
            return Int(text(from: start).dropFirst()).map { .parameter($0) } ?? .other
        }
        skip { Self.isNameStart($0) || Self.isDigit($0) }
        guard position < bytes.count, bytes[position] == Byte.dollar else { return .other }
        position += 1
        let tag = Array(bytes[start..<position])
        while position < bytes.count {
            if bytes[position] == Byte.dollar, bytes[position...].starts(with: tag) {
                position += tag.count
                return .other
            }
            position += 1
        }
        return .other
    }

    /// A name, a keyword, or a string with a letter before its quote: `E'…'` alone knows backslashes.
    private mutating func scanName() -> SQLToken.Kind {
        let start = position
        skip { Self.isNameStart($0) || Self.isDigit($0) || $0 == Byte.dollar }
        let word = text(from: start)
        if ["e", "b", "x", "n"].contains(word.lowercased()), byte(0) == Byte.quote {
            skipQuoted(Byte.quote, escapes: word.lowercased() == "e")
            return .other
        }
        // PostgreSQL folds ASCII only in a database in UTF-8.
        return .name(
            String(decoding: word.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self))
    }

    private mutating func skipComment() {
        var depth = 0
        repeat {
            if byte(0) == Byte.slash, byte(1) == Byte.star {
                (depth, position) = (depth + 1, position + 2)
            } else if byte(0) == Byte.star, byte(1) == Byte.slash {
                (depth, position) = (depth - 1, position + 2)
            } else {
                position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    /// To behind the closing quote; a doubled one is part of the text.
    private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) {
        position += 1
        while position < bytes.count {
            defer { position += 1 }
            if escapes, bytes[position] == Byte.backslash {
                position += 1
            } else if bytes[position] == quote {
                guard byte(1) == quote else { return }
                position += 1
            }
        }
        position = min(position, bytes.count)
    }

    private mutating func skip(while isPart: (UInt8) -> Bool) {
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
    }

    private func text(from start: Int) -> String {
        String(decoding: bytes[start..<min(position, bytes.count)], as: UTF8.self)
    }

    private func byte(_ offset: Int) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Letters, `_`, and whatever is not ASCII.
    private static func isNameStart(_ byte: UInt8) -> Bool {
        byte >= 128 || byte == UInt8(ascii: "_") || (97...122).contains(byte | 0x20)
    }

    private enum Byte {
        static let quote = UInt8(ascii: "'")
        static let doubleQuote = UInt8(ascii: "\"")
        static let dollar = UInt8(ascii: "$")
        static let minus = UInt8(ascii: "-")
        static let slash = UInt8(ascii: "/")
        static let star = UInt8(ascii: "*")
        static let point = UInt8(ascii: ".")
        static let backslash = UInt8(ascii: "\\")
        static let newline = UInt8(ascii: "\n")
    }
}
