import PoolDefinitions

extension Sizing {
    /// What a pool needs in which so many connections are in use at once.
    func advice(concurrent: Double) -> (max: Int, min: Int) {
        let most = max(minimum, whole(concurrent / target))
        return (most, max(minimum, whole(minimumRatio * Double(most))))
    }

    /// What the server behind bears: two connections for each core and one for each spindle.
    var serverAdvice: Int? { cores.map { 2 * $0 + spindles } }

    /// The next whole number, where the last digits of a quotient count for nothing.
    private func whole(_ number: Double) -> Int {
        guard number < 1e9 else { return 1_000_000_000 }  // What is no number, too.
        return Int((number - 1e-9).rounded(.up))
    }
}
