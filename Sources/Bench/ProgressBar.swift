/// One line that shows how far a run has come.
package struct ProgressBar: Sendable {
    private static let cells = 24

    package init() {}

    /// Such as `search-10        [############            ] 523/1000  1.2 s`.
    package func line(for state: Progress.State, at now: ContinuousClock.Instant) -> String {
        let elapsed = now - state.began
        let name = state.phase.padding(to: 16)
        let seconds = "\((elapsed / .seconds(1)).text(decimals: 1)) s"
        guard let total = state.total else { return "\(name) \(seconds)" }
        let filled = min(Self.cells, Self.cells * state.done / max(1, total))
        let bar = String(repeating: "#", count: filled).padding(to: Self.cells)
        return "\(name) [\(bar)] \(state.done)/\(total)  \(seconds)"
    }
}

extension String {
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    func leftPadding(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
