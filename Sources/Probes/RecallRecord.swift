import Exposition

/// How a variant's searches compare with truth from one source.
struct RecallRecord: Sendable {
    private(set) var ratios = Histogram(bounds: [
        0, 0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1,
    ])
    private(set) var squares = 0.0
    private(set) var empty = 0
    private(set) var excess = Histogram(bounds: [0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1])
    private(set) var window: RecallWindow
    /// Whether the window tells of how things are, as far as anybody knows.
    private(set) var isWindowShown = true

    init(windowQueries: Int) {
        window = RecallWindow(size: windowQueries)
    }

    /// nil for a query whose truth is empty.
    mutating func note(_ outcome: RecallOutcome?) {
        isWindowShown = true
        guard let outcome else {
            empty += 1
            return
        }
        ratios.observe(outcome.recall)
        squares += outcome.recall * outcome.recall
        window.add(outcome.recall)
        // A sum of distances may come out a rounding error below truth's.
        if let ratio = outcome.distanceExcess { excess.observe(max(0, ratio)) }
    }

    /// Nobody knows how things are until the next search is compared.
    mutating func hideWindow() {
        isWindowShown = false
    }

    /// What an older index showed says nothing of a new one.
    mutating func forgetWindow() {
        window.reset()
    }
}
