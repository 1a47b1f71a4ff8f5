/// A place in a JSON document (RFC 6901), such as `/pools/0/size`.
package struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    package let tokens: [String]

    /// nil where the text is no pointer.
    package init?(_ text: String) {
        guard text.isEmpty || text.hasPrefix("/") else { return nil }
        var tokens: [String] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    private init(tokens: [String]) {
        self.tokens = tokens
    }

    /// The document itself.
    package static let whole = JSONPointer(tokens: [])

    /// The place that `other` names, seen from here.
    package func appending(_ other: JSONPointer) -> JSONPointer { JSONPointer(tokens: tokens + other.tokens) }

    /// A member's place.
    package func appending(_ name: String) -> JSONPointer { JSONPointer(tokens: tokens + [name]) }

    /// One step up; the whole document has none.
    package var parent: JSONPointer? { tokens.isEmpty ? nil : JSONPointer(tokens: tokens.dropLast()) }

    package var description: String {
        tokens.map { "/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined()
    }

    /// `~1` is "/" and `~0` is "~"; any other "~" is a mistake.
    private static func unescaped(_ part: Substring) -> String? {
        let pieces = part.split(separator: "~", omittingEmptySubsequences: false)
        var token = String(pieces.first ?? "")
        for piece in pieces.dropFirst() {
            switch piece.first {
            case "0": token += "~" + piece.dropFirst()
            case "1": token += "/" + piece.dropFirst()
            default: return nil
            }
        }
        return token
    }
}
