/// How much a run does.
package enum Profile: String, Sendable, CaseIterable {
    /// Half a minute.
    case quick
    /// Ten minutes.
    case full
    /// Twenty minutes to an hour.
    case stress

    var rows: Int {
        switch self {
        case .quick: 5_000
        case .full: 50_000
        case .stress: 200_000
        }
    }

    var dimensions: Int { self == .quick ? 128 : 384 }

    /// Of the workloads that many clients share.
    var clients: Int {
        switch self {
        case .quick: 10
        case .full: 50
        case .stress: 100
        }
    }

    /// How long a workload without a count takes.
    var duration: Duration {
        switch self {
        case .quick: .milliseconds(1500)
        case .full: .seconds(20)
        case .stress: .seconds(60)
        }
    }

    /// How long one with a count may take; what it has not done by then it leaves.
    var limit: Duration { self == .quick ? .seconds(5) : duration * 3 / 2 }

    /// How long making the tables and their indexes may take.
    var loadLimit: Duration {
        switch self {
        case .quick: .seconds(120)
        case .full: .seconds(600)
        case .stress: .seconds(1800)
        }
    }

    /// Of a count that `full` has as it is.
    func scaled(_ count: Int) -> Int {
        switch self {
        case .quick: max(60, count * 3 / 10)
        case .full: count
        case .stress: 4 * count
        }
    }
}
