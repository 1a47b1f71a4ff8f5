/// Latencies in seconds; nil where the observations are too few.
package struct LatencyFigures: Sendable, Equatable, Codable {
    package var p50Seconds: Double?
    package var p95Seconds: Double?
    package var p99Seconds: Double?
    package var p999Seconds: Double?
    package var meanSeconds: Double?
    package var maxSeconds: Double?

    package init(_ latencies: Latencies) {
        p50Seconds = latencies[.p50]
        p95Seconds = latencies[.p95]
        p99Seconds = latencies[.p99]
        p999Seconds = latencies[.p999]
        meanSeconds = latencies.mean
        maxSeconds = latencies.sorted.last
    }

    package subscript(_ percentile: Percentile) -> Double? {
        switch percentile {
        case .p50: p50Seconds
        case .p95: p95Seconds
        case .p99: p99Seconds
        case .p999: p999Seconds
        }
    }
}
