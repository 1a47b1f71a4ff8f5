package import Exposition

/// What a job found in one run.
package struct Findings: Sendable {
    package var families: [MetricFamily] = []
    package var rows = 0
    package var repeatedSeries = 0
    package var droppedSeries = 0
    package var cutLabels = 0

    package init(families: [MetricFamily]) {
        self.families = families
    }
}
