/// A text of SQL, read as far as it takes to tell code from quotes and comments.
///
/// PostgreSQL, "Lexical Structure".
package struct SQLText: Sendable, Equatable {
    package enum Piece: Sendable, Equatable {
        /// Keywords, names, operators, numbers and white space.
        case code(Substring)
        /// A constant, a quoted name or a dollar-quoted text, whole.
        case quoted(Substring)
        case comment(Substring)
        /// `$1`, `$2`, …
        case parameter(Int)
        case semicolon
    }

    package private(set) var pieces: [Piece] = []

    package init(_ text: String) {
        var scanner = Scanner(rest: text[...])
        while let piece = scanner.next() { pieces.append(piece) }
    }

    private init(pieces: [Piece]) {
        self.pieces = pieces
    }

    package var text: String { pieces.map(\.text).joined() }

    /// The numbers of the values that it takes.
    package var parameters: Set<Int> {
        Set(pieces.compactMap { if case .parameter(let number) = $0 { number } else { nil } })
    }

    /// The same with every value's number raised, for a statement that has values of its own before.
    package func shiftingParameters(by count: Int) -> SQLText {
        SQLText(
            pieces: pieces.map { piece in
                if case .parameter(let number) = piece { .parameter(number + count) } else { piece }
            })
    }

    /// The statements between semicolons, without those that are nothing but white space and comments.
    package var statements: [SQLText] {
        pieces.split(separator: .semicolon).map { SQLText(pieces: Array($0)) }.filter { !$0.isBlank }
    }

    /// What its comments say, a line each.
    package var comments: [Substring] {
        pieces.compactMap { if case .comment(let text) = $0 { text } else { nil } }
    }

    private var isBlank: Bool {
        pieces.allSatisfy { piece in
            switch piece {
            case .comment: true
            case .code(let text): text.allSatisfy(\.isWhitespace)
            case .quoted, .parameter, .semicolon: false
            }
        }
    }
}

extension SQLText.Piece {
    fileprivate var text: String {
        switch self {
        case .code(let text), .quoted(let text), .comment(let text): String(text)
        case .parameter(let number): "$\(number)"
        case .semicolon: ";"
        }
    }
}

/// Takes one piece after the other.
private struct Scanner {
    var rest: Substring

    mutating func next() -> SQLText.Piece? {
        guard let first = rest.unicodeScalars.first else { return nil }
        switch first {
        case "'": return .quoted(takeQuoted("'", backslash: false))
        case "\"": return .quoted(takeQuoted("\"", backslash: false))
        case ";":
            rest.unicodeScalars.removeFirst()
            return .semicolon
        case "-" where rest.hasPrefix("--"): return .comment(take(until: rest.firstIndex { $0.isNewline }))
        case "/" where rest.hasPrefix("/*"): return .comment(takeBlockComment())
        case "$": return takeDollar()
        default: return takeCode()
        }
    }

    private mutating func take(until end: Substring.Index?) -> Substring {
        let end = end ?? rest.endIndex
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    /// Up to the closing quote; one that is doubled, or behind a backslash where that counts, closes nothing.
    private mutating func takeQuoted(_ quote: Unicode.Scalar, backslash: Bool) -> Substring {
        let scalars = rest.unicodeScalars
        var index = scalars.index(after: scalars.startIndex)
        while index < scalars.endIndex {
            let scalar = scalars[index]
            index = scalars.index(after: index)
            if backslash, scalar == "\\", index < scalars.endIndex {
                index = scalars.index(after: index)
            } else if scalar == quote {
                guard index < scalars.endIndex, scalars[index] == quote else { break }
                index = scalars.index(after: index)
            }
        }
        return take(until: index)
    }

    /// Comments of this kind stand in one another.
    private mutating func takeBlockComment() -> Substring {
        var (depth, index) = (0, rest.startIndex)
        repeat {
            if rest[index...].hasPrefix("/*") {
                depth += 1
                index = rest.index(index, offsetBy: 2)
            } else if rest[index...].hasPrefix("*/") {
                depth -= 1
                index = rest.index(index, offsetBy: 2)
            } else {
                index = rest.index(after: index)
            }
        } while depth > 0 && index < rest.endIndex
        return take(until: index)
    }

    /// `$1`, or a text between two of the same tag.
    private mutating func takeDollar() -> SQLText.Piece {
        let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
        if !digits.isEmpty, let number = Int(digits) {
            rest = rest[digits.endIndex...]
            return .parameter(number)
        }
        let name = rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        guard name.endIndex < rest.endIndex, rest[name.endIndex] == "$" else {
            return .code(take(until: rest.index(after: rest.startIndex)))
        }
        let tag = rest[...name.endIndex]
        let close = rest[tag.endIndex...].firstRange(of: tag)
        return .quoted(take(until: close?.upperBound))
    }

    /// Up to what may begin something else; a name may hold dollars, and `E'…'` counts backslashes.
    private mutating func takeCode() -> SQLText.Piece {
        var index = rest.startIndex
        while index < rest.endIndex {
            let character = rest[index]
            if character.isLetter || character == "_" {
                let name = rest[index...].prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
                if name.lowercased() == "e", rest[name.endIndex...].first == "'" {
                    guard index == rest.startIndex else { break }
                    return .quoted(takeEscaped())
                }
                index = name.endIndex
            } else if "'\"$;".contains(character) || rest[index...].hasPrefix("--")
                || rest[index...].hasPrefix("/*")
            {
                break
            } else {
                index = rest.index(after: index)
            }
        }
        return .code(take(until: index))
    }

    private mutating func takeEscaped() -> Substring {
        let whole = rest
        rest = rest.dropFirst()
        _ = takeQuoted("'", backslash: true)
        return whole[..<rest.startIndex]
    }
}
