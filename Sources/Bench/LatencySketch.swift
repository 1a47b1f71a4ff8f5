import Glibc

/// How often which latency occurred, to within 0.2 %: enough to compare two runs from their files.
package struct LatencySketch: Sendable, Equatable, Codable {
    /// Pairs of a bucket's number and its count, by rising number.
    package private(set) var counts: [[Int]]

    private static let smallest = 1e-6
    private static let growth = 1.004

    package init(_ latencies: Latencies) {
        counts = []
        for seconds in latencies.sorted {
            let bucket = Int((log(max(seconds, Self.smallest) / Self.smallest) / log(Self.growth)).rounded())
            if counts.last?[0] == bucket {
                counts[counts.count - 1][1] += 1
            } else {
                counts.append([bucket, 1])
            }
        }
    }

    /// Whether it is what `init(_:)` makes: files are written by others, too.
    package var isSound: Bool {
        counts.allSatisfy { $0.count == 2 && 0...10_000 ~= $0[0] && 1...1_000_000_000 ~= $0[1] }
            && zip(counts, counts.dropFirst()).allSatisfy { $0[0] < $1[0] }
    }

    package var count: Int { counts.reduce(0) { $0 + $1[1] } }

    /// The middle of a bucket.
    static func seconds(of bucket: Int) -> Double { smallest * pow(growth, Double(bucket)) }
}
