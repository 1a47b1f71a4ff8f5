/// How the size of a pool is judged.
package struct Sizing: Sendable, Equatable {
    /// The share of its connections that a well-sized pool has in use.
    package var target = 0.75
    /// No fewer connections are advised.
    package var minimum = 5
    /// The share of the advised connections that are worth keeping open.
    package var minimumRatio = 0.3
    /// Mean utilization below which a smaller pool is advised.
    package var shrinkBelow = 0.3
    /// Over which rate and mean busy time are measured.
    package var window = Duration.seconds(300)
    /// Of the server behind; without them there is no advice for it.
    package var cores: Int?
    package var spindles = 1

    package init() {}

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
