/// Takes SQL apart, byte by byte; what is left open at the end belongs to the last token.
///
/// With `standard_conforming_strings`, as PostgreSQL has had it since 9.1 (PostgreSQL, "Lexical Structure").
struct SQLScanner {
    private let bytes: [UInt8]
    private var position = 0
    private var isOpen = false

    init(_ sql: String) { bytes = Array(sql.utf8) }

    mutating func next() -> SQLToken? {
        guard position < bytes.count else { return nil }
        let start = position
        let kind = scan()
        return SQLToken(kind: kind, text: text(from: start), isOpen: isOpen)
    }

    // MARK: -

    private mutating func scan() -> SQLToken.Kind {
        switch bytes[position] {
        case _ where bytes[position].isSpace:
            skip(while: \.isSpace)
            return .space
        case Byte.minus where byte(1) == Byte.minus:
            skip { !$0.isNewline }
            return .comment
        case Byte.slash where byte(1) == Byte.star:
            skipComment()
            return .comment
        case Byte.quote:
            skipQuoted(Byte.quote, escapes: false)
            return .string
        case Byte.doubleQuote:
            return scanQuotedName()
        case Byte.dollar:
            return scanDollar()
        case _ where bytes[position].isDigit:
            skip { $0.isDigit || $0 == Byte.point }
            return .other
        case _ where bytes[position].beginsName:
            return scanName()
        case Byte.semicolon:
            position += 1
            return .semicolon
        default:
            position += 1
            return .other
        }
    }

    /// A parameter, or a string in dollar quotes.
    private mutating func scanDollar() -> SQLToken.Kind {
        let start = position
        position += 1
        if let first = byte(0), first.isDigit {
            skip(while: \.isDigit)
            return .parameter(UInt16(text(from: start).dropFirst()).map { Int($0) })
        }
        skip { $0.beginsName || $0.isDigit }
        guard byte(0) == Byte.dollar else {
            position = start + 1
            return .other
        }
        position += 1
        let tag = bytes[start..<position]
        while position < bytes.count {
            if bytes[position] == Byte.dollar, bytes[position...].starts(with: tag) {
                position += tag.count
                return .string
            }
            position += 1
        }
        isOpen = true
        return .string
    }

    private mutating func scanQuotedName() -> SQLToken.Kind {
        let start = position
        skipQuoted(Byte.doubleQuote, escapes: false)
        let name = String(text(from: start).dropFirst().dropLast(isOpen ? 0 : 1))
        return .name(name.replacing("\"\"", with: "\""))
    }

    /// A name, a keyword, or a string with a letter before its quote: `E'…'` alone knows backslashes.
    private mutating func scanName() -> SQLToken.Kind {
        let start = position
        skip { $0.beginsName || $0.isDigit || $0 == Byte.dollar }
        if position == start + 1, byte(0) == Byte.quote {
            switch bytes[start].lowercased {
            case UInt8(ascii: "e"):
                skipEscaped()
                return .string
            case UInt8(ascii: "b"), UInt8(ascii: "n"), UInt8(ascii: "x"):
                skipQuoted(Byte.quote, escapes: false)
                return .string
            default:
                break
            }
        }
        // PostgreSQL folds ASCII only in a database in UTF-8.
        return .name(String(decoding: bytes[start..<position].map(\.lowercased), as: UTF8.self))
    }

    /// Comments of this kind stand in one another.
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
        isOpen = depth > 0
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
        isOpen = true
    }

    /// What goes on in a further line knows backslashes without an `E` of its own.
    private mutating func skipEscaped() {
        var further: Int?
        repeat {
            position = further ?? position
            skipQuoted(Byte.quote, escapes: true)
            further = furtherQuote()
        } while further != nil
    }

    /// Where a string goes on: behind white space that holds the end of a line.
    private func furtherQuote() -> Int? {
        var (ahead, isNextLine) = (self, false)
        while let next = ahead.byte(0) {
            if next == Byte.minus, ahead.byte(1) == Byte.minus {
                ahead.skip { !$0.isNewline }
            } else if next.isSpace {
                isNextLine = isNextLine || next.isNewline
                ahead.position += 1
            } else {
                return isNextLine && next == Byte.quote ? ahead.position : nil
            }
        }
        return nil
    }

    private mutating func skip(while isPart: (UInt8) -> Bool) {
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
    }

    private func text(from start: Int) -> String { String(decoding: bytes[start..<position], as: UTF8.self) }

    private func byte(_ offset: Int) -> UInt8? {
        position + offset < bytes.count ? bytes[position + offset] : nil
    }

    private enum Byte {
        static let quote = UInt8(ascii: "'")
        static let doubleQuote = UInt8(ascii: "\"")
        static let dollar = UInt8(ascii: "$")
        static let minus = UInt8(ascii: "-")
        static let slash = UInt8(ascii: "/")
        static let star = UInt8(ascii: "*")
        static let point = UInt8(ascii: ".")
        static let semicolon = UInt8(ascii: ";")
        static let backslash = UInt8(ascii: "\\")
    }
}
