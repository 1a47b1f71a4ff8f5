import Bench

/// A bar on a terminal; nothing elsewhere.
struct TerminalProgress: Sendable {
    private let name: String
    private let total: Int
    private let began = ContinuousClock.now

    init(_ name: String, of total: Int) {
        self.name = name
        self.total = total
    }

    func show(_ done: Int) {
        guard StandardError.isTerminal else { return }
        let state = Progress.State(phase: name, began: began, done: done, total: total)
        StandardError.write("\r\u{1B}[K\(ProgressBar().line(for: state, at: .now))")
    }

    func end() {
        if StandardError.isTerminal { StandardError.write("\r\u{1B}[K") }
    }
}
