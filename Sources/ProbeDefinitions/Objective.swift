/// What the operator promises of the search; alerts compare with it.
package struct Objective: Sendable, Equatable {
    package var median: Duration?
    package var p95: Duration?
    package var recall: Double?

    package init(median: Duration? = nil, p95: Duration? = nil, recall: Double? = nil) {
        self.median = median
        self.p95 = p95
        self.recall = recall
    }
}
