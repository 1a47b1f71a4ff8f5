/// What can be told of a piece of SQL without a server: its parameters, its first word, and whether it ends.
///
/// With `standard_conforming_strings`, as PostgreSQL has had it since 9.1 (PostgreSQL, "Lexical Structure").
struct SQLText {
    /// By their numbers.
    private(set) var parameters: Set<Int> = []
    /// Such as `$1` where it is no parameter.
    private(set) var hasParameterInQuotes = false
    private(set) var hasSemicolon = false
    /// In lower case; `(` where the text begins with one.
    private(set) var firstWord: String?
    private var depth = 0
    private var isBroken = false
    private let bytes: [UInt8]
    private var position = 0

    init(_ sql: String) {
        bytes = Array(sql.utf8)
        while position < bytes.count { scan() }
    }

    /// Whether all quotes, comments and parentheses that begin also end.
    var isWhole: Bool { !isBroken && depth == 0 }

    /// How many values it takes; nil where a number is left out, whose type no server could tell.
    var parameterCount: Int? {
        parameters == Set(1..<(parameters.count + 1)) ? parameters.count : nil
    }

    // MARK: -

    private mutating func scan() {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "'"): skipQuoted(escapes: false)
        case UInt8(ascii: "\""): skipQuoted(escapes: false)
        case UInt8(ascii: "$"): scanDollar()
        case UInt8(ascii: "-") where follows("-"): skip { $0 != UInt8(ascii: "\n") }
        case UInt8(ascii: "/") where follows("*"): skipComment()
        case _ where Self.beginsName(byte): scanWord()
        case _ where byte.isDigit: skip(while: \.isDigit)
        default:
            if byte == UInt8(ascii: ";") { hasSemicolon = true }
            if byte == UInt8(ascii: "(") {
                depth += 1
                if firstWord == nil { firstWord = "(" }
            }
            if byte == UInt8(ascii: ")") {
                depth -= 1
                if depth < 0 { isBroken = true }
            }
            position += 1
        }
    }

    /// A name, a keyword, or the letter before a quote: `E'…'` alone knows backslashes.
    private mutating func scanWord() {
        let start = position
        skip { Self.beginsName($0) || $0.isDigit || $0 == UInt8(ascii: "$") }
        let word = String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
        if firstWord == nil { firstWord = word }
        if word == "e", position < bytes.count, bytes[position] == UInt8(ascii: "'") {
            skipQuoted(escapes: true)
        }
    }

    /// A parameter, or a text in dollar quotes.
    private mutating func scanDollar() {
        let start = position
        position += 1
        skip(while: \.isDigit)
        if position > start + 1 {
            // Beyond what PostgreSQL takes a number is as good as left out.
            let number = Int(String(decoding: bytes[(start + 1)..<position], as: UTF8.self))
            parameters.insert(number ?? .max)
            return
        }
        skip { Self.beginsName($0) || $0.isDigit }
        guard position < bytes.count, bytes[position] == UInt8(ascii: "$") else { return }
        position += 1
        let tag = Array(bytes[start..<position])
        let text = position
        while position < bytes.count, !bytes[position...].starts(with: tag) { position += 1 }
        noteQuoted(text..<position)
        if position == bytes.count { isBroken = true }
        position = min(position + tag.count, bytes.count)
    }

    /// To behind the closing quote; a doubled one is two texts to us, which is the same.
    private mutating func skipQuoted(escapes: Bool) {
        let quote = bytes[position]
        position += 1
        let text = position
        while position < bytes.count, bytes[position] != quote {
            position += escapes && bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(position, bytes.count)
        if quote == UInt8(ascii: "'") { noteQuoted(text..<end) }
        if position >= bytes.count { isBroken = true }
        position = min(position + 1, bytes.count)
        // What follows an escaped text's doubled quote is escaped too.
        if escapes, position < bytes.count, bytes[position] == quote { skipQuoted(escapes: true) }
    }

    private mutating func skipComment() {
        var open = 0
        repeat {
            if bytes[position] == UInt8(ascii: "/"), follows("*") {
                (open, position) = (open + 1, position + 2)
            } else if bytes[position] == UInt8(ascii: "*"), follows("/") {
                (open, position) = (open - 1, position + 2)
            } else {
                position += 1
            }
        } while open > 0 && position < bytes.count
        if open > 0 { isBroken = true }
    }

    private mutating func noteQuoted(_ range: Range<Int>) {
        for index in range.dropLast() where bytes[index] == UInt8(ascii: "$") && bytes[index + 1].isDigit {
            hasParameterInQuotes = true
        }
    }

    private mutating func skip(while isPart: (UInt8) -> Bool) {
        while position < bytes.count, isPart(bytes[position]) { position += 1 }
    }

    private func follows(_ character: Unicode.Scalar) -> Bool {
        position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: character)
    }

    /// Letters, `_`, and whatever is not ASCII.
    private static func beginsName(_ byte: UInt8) -> Bool {
        byte >= 128 || byte.isLetter || byte == UInt8(ascii: "_")
    }
}
