/// How one statement of a custom probe's latest run has fared; nothing of what it returned.
package struct CustomStep: Sendable {
    /// Among the statements, from 1.
    package let number: Int
    package let isMeasured: Bool
    /// Until its last row; what is read besides, such as its plan, is not in it.
    package internal(set) var duration = Duration.zero
    /// nil where it failed.
    package internal(set) var rowCount: Int?
    /// nil where nobody looked.
    package internal(set) var plan: PlanPath?
    /// Whether what came could be compared with what was expected.
    package internal(set) var isJudged = false
    /// What was expected and did not come.
    package internal(set) var complaints: [String] = []

    init(number: Int, isMeasured: Bool) {
        self.number = number
        self.isMeasured = isMeasured
    }
}
