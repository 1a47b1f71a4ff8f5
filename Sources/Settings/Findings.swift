/// What is found out while a file is read: its problems, what is hardly meant, and the settings looked for.
final class Findings {
    private let file: String
    private var problems: Set<Problem> = []
    private var advised: Set<Problem> = []
    private var lookedFor: Set<String> = []
    private var present: Set<String> = []

    /// `file` begins each message.
    init(file: String) {
        self.file = file
    }

    func report(_ text: String, at position: Problem.Position?) {
        problems.insert(Problem(file: file, position: position, text: text))
    }

    /// Something that is allowed and hardly meant.
    func advise(_ text: String, at position: Problem.Position?) {
        advised.insert(Problem(file: file, position: position, text: text))
    }

    func note(_ setting: String, isPresent: Bool) {
        lookedFor.insert(setting)
        if isPresent { present.insert(setting) }
    }

    var isEmpty: Bool { problems.isEmpty }

    var advice: [Problem] { Self.inOrder(advised) }

    /// The settings that could have stood in the file and did not, as `map.key`.
    var absentSettings: Set<String> { lookedFor.subtracting(present) }

    /// The value that was read, unless anything is wrong; without a value, something must be.
    func settled<T>(_ value: T?) throws(SettingsErrors) -> T {
        if let value, isEmpty { return value }
        precondition(!isEmpty, "nothing was read, and nothing reported")
        throw SettingsErrors(Self.inOrder(problems))
    }

    private static func inOrder(_ problems: Set<Problem>) -> [Problem] {
        let start = Problem.Position(line: 0, column: 0)
        return problems.sorted { ($0.position ?? start, $0.text) < ($1.position ?? start, $1.text) }
    }
}
