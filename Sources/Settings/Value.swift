import Yams

/// One value of a file: what it is, where it stands, and who hears what is wrong with it.
struct Value {
    enum Kind: String {
        case empty, boolean, number, text, list, map

        var words: String {
            switch self {
            case .empty: "an empty value"
            default: "a \(rawValue)"
            }
        }
    }

    private let node: Node
    let findings: Findings

    init(_ node: Node, _ findings: Findings) {
        self.node = node
        self.findings = findings
    }

    /// A text that does not come from a file.
    init(_ text: String, _ findings: Findings) {
        self.init(Node(text, Tag(.implicit, .basic), .plain), findings)
    }

    // MARK: - What it is

    /// By the rules of YAML 1.1, in which `on` and `yes` are booleans; a quoted scalar is always a text.
    var kind: Kind {
        switch node {
        case .mapping: .map
        case .sequence: .list
        case .alias: .text
        case .scalar(let scalar): scalar.style == .plain ? Self.kind(ofPlain: scalar.string) : .text
        }
    }

    /// The scalar exactly as it is written; nil for lists and maps.
    var text: String? { node.scalar?.string }

    var position: Problem.Position? {
        node.mark.map { Problem.Position(line: $0.line, column: $0.column) }
    }

    private static func kind(ofPlain text: String) -> Kind {
        switch text {
        case "", "~", "null", "Null", "NULL": return .empty
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .boolean
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .boolean
        default: return isNumber(text) ? .number : .text
        }
    }

    private static func isNumber(_ text: String) -> Bool {
        let digits = text.utf8.first?.isOne(of: "+-") == true ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, first.isDigit || first == UInt8(ascii: ".") else { return false }
        let isOctal = digits.hasPrefix("0o") && digits.dropFirst(2).isAllDigits
        // Minutes and seconds, to YAML 1.1.
        let isSexagesimal = digits.split(separator: ":", omittingEmptySubsequences: false)
            .allSatisfy(\.isAllDigits)
        return isOctal || isSexagesimal || Double(digits.filter { $0 != "_" }) != nil
    }

    // MARK: - What is in it

    /// The items of a list of at least one.
    func items() throws(Refusal) -> [Value] {
        guard let list = node.sequence else { throw Refusal(found: kind.words) }
        if list.isEmpty { throw Refusal(found: "an empty list") }
        return list.map { Value($0, findings) }
    }

    /// The items of a list; none of what is no list.
    var listed: [Value] { node.sequence.map { $0.map { Value($0, findings) } } ?? [] }

    var isEmptyList: Bool { node.sequence?.isEmpty == true }

    /// The keys and values of a map; an empty value is a map without keys.
    func pairs() throws(Refusal) -> [(key: Value, value: Value)] {
        if kind == .empty { return [] }
        guard let map = node.mapping else { throw Refusal(found: kind.words) }
        return map.map { (Value($0.key, findings), Value($0.value, findings)) }
    }

    func value(of key: String) -> Value? {
        node.mapping?.first { $0.key.scalar?.string == key }.map { Value($0.value, findings) }
    }

    // MARK: - Reading it

    /// Nil, and a problem, if the rule refuses the value; `setting` begins the message.
    func read<T>(as setting: String?, _ rule: Rule<T>) -> T? {
        do throws(Refusal) {
            return try rule.read(self)
        } catch {
            report("\(setting.map { "\($0): " } ?? "")found \(error.found); allowed is \(rule.allowed)")
            return nil
        }
    }

    func report(_ text: String) {
        findings.report(text, at: position)
    }

    func advise(_ text: String) {
        findings.advise(text, at: position)
    }
}
