import Glibc

/// Student's t distribution, of the mean of a few normal values whose variance is not known.
enum StudentT {
    /// What |t| stays below with a probability of 95 %: the two-sided quantile.
    static func quantile95(degreesOfFreedom: Int) -> Double {
        precondition(degreesOfFreedom > 0)
        var (low, high) = (1.9, 13.0)
        // Until the two are neighbours among the doubles.
        while case let middle = (low + high) / 2, low < middle, middle < high {
            if probability(within: middle, degreesOfFreedom) < 0.95 { low = middle } else { high = middle }
        }
        return high
    }

    /// The probability that |t| is at most `t`; Abramowitz and Stegun, 26.7.3 and 26.7.4.
    private static func probability(within t: Double, _ degreesOfFreedom: Int) -> Double {
        let count = Double(degreesOfFreedom)
        let angle = atan(t / count.squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        let isOdd = degreesOfFreedom % 2 == 1
        var (term, sum) = (isOdd ? cosine : 1, 0.0)
        for power in stride(from: isOdd ? 1 : 0, to: degreesOfFreedom - 1, by: 2) {
            sum += term
            term *= cosine * cosine * Double(power + 1) / Double(power + 2)
        }
        return isOdd ? (angle + sine * sum) * 2 / .pi : sine * sum
    }
}
