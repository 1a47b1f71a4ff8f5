/// A piece of SQL as PostgreSQL's scanner takes it apart, as far as parameters, names and quotes go.
struct SQLToken: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// `$1`; nil where the number is beyond what the protocol counts.
        case parameter(Int?)
        /// A name or keyword as it would be looked up: folded to lower case unless it stands in quotes.
        case name(String)
        /// With its quotes, whichever they are.
        case string
        case comment
        case space
        case semicolon
        /// Numbers, operators, punctuation.
        case other
    }

    let kind: Kind
    /// As written; the texts of all tokens are the statement again.
    let text: String
    /// Whether it is a quote or comment that nothing ends.
    var isOpen = false

    var name: String? {
        if case .name(let name) = kind { name } else { nil }
    }

    var isBlank: Bool { kind == .space || kind == .comment }

    /// Whether there is something like `$1` in it, if it is a string.
    var holdsParameter: Bool {
        guard kind == .string else { return false }
        var inside = text.utf8[...]
        if inside.first == UInt8(ascii: "$") {
            // The tag's own dollar may stand before a digit.
            inside = inside.dropFirst().drop { $0 != UInt8(ascii: "$") }.dropFirst()
        }
        return zip(inside, inside.dropFirst()).contains { $0 == UInt8(ascii: "$") && $1.isDigit }
    }
}
