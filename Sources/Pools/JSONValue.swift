import PoolDefinitions

/// A value of a JSON document (RFC 8259).
enum JSONValue: Sendable, Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    /// Of keys that come twice, the last counts.
    case map([String: JSONValue])

    /// Where a pointer leads; nil where there is nothing.
    subscript(_ pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            guard let next = value.member(token) else { return nil }
            value = next
        }
        return value
    }

    /// The names of its members, in order; those of a list are numbers.
    var memberNames: [String] {
        switch self {
        case .map(let members): members.keys.sorted()
        case .list(let items): items.indices.map { "\($0)" }
        default: []
        }
    }

    /// What kind of value it is, in words.
    var words: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .text: "a text"
        case .list: "a list"
        case .map: "an object"
        }
    }

    private func member(_ token: String) -> JSONValue? {
        switch self {
        case .map(let members):
            return members[token]
        case .list(let items):
            // No sign, no leading zero (RFC 6901, section 4).
            guard let index = Int(token), "\(index)" == token, items.indices.contains(index) else {
                return nil
            }
            return items[index]
        default:
            return nil
        }
    }
}
