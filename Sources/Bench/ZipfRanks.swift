import Glibc

/// Draws ranks as popularity has them: the share of rank r goes with r to the power of -s.
package struct ZipfRanks: Sendable {
    /// Shares of all ranks up to each.
    private let cumulative: [Double]

    package init(count: Int, exponent: Double) {
        precondition(count > 0, "there is nothing to draw")
        var sum = 0.0
        let sums = (1...count).map { rank in
            sum += pow(Double(rank), -exponent)
            return sum
        }
        cumulative = sums.map { $0 / sum }
    }

    /// From 0, the most popular, up to `count - 1`.
    package func draw(using generator: inout SeededGenerator) -> Int {
        let point = generator.unit()
        var (low, high) = (0, cumulative.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > point { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
