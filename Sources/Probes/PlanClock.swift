/// When a variant's plan was last looked at.
struct PlanClock: Sendable {
    private var explained: Int?
    private var checked: Int?
    /// Whether something has happened that may have changed the plan.
    private var isDoubtful = true

    enum Look: Sendable {
        case plan
        /// With EXPLAIN ANALYZE, which tells the plan too.
        case run
    }

    /// What is due at the tick; `explainEvery` and `checkEvery` are 0 for never.
    func look(at tick: Int, explainEvery: Int, checkEvery: Int) -> Look? {
        if explainEvery > 0, explained.map({ tick - $0 >= explainEvery }) ?? true { return .run }
        guard checkEvery > 0 else { return nil }
        return isDoubtful || checked.map { tick - $0 >= checkEvery } ?? true ? .plan : nil
    }

    mutating func doubt() {
        isDoubtful = true
    }

    mutating func note(_ look: Look, at tick: Int) {
        if look == .run { explained = tick }
        checked = tick
        isDoubtful = false
    }
}
