/// What is good, and from where on missing that is critical: where nothing else is said, at once.
package struct TargetBounds<Bound: Sendable & Equatable>: Sendable, Equatable {
    package let target: Bound
    package let critical: Bound

    package init(target: Bound, critical: Bound) {
        self.target = target
        self.critical = critical
    }
}

// MARK: - Reading

extension Rule {
    /// Of something of which less is better.
    static func ceiling<Bound: Comparable>(_ place: String, _ bound: Rule<Bound>) -> Rule
    where Output == TargetBounds<Bound>? {
        bounds(place, bound, "the target or more") { target, critical in target <= critical }
    }

    /// Of something of which more is better.
    static func floor<Bound: Comparable>(_ place: String, _ bound: Rule<Bound>) -> Rule
    where Output == TargetBounds<Bound>? {
        bounds(place, bound, "the target or less") { target, critical in critical <= target }
    }

    private static func bounds<Bound>(
        _ place: String, _ bound: Rule<Bound>, _ order: String, isInOrder: @escaping (Bound, Bound) -> Bool
    ) -> Rule where Output == TargetBounds<Bound>? {
        .map(place) { map in
            var target: Bound?
            map.require("target", bound, into: &target)
            let critical = map.read("critical", bound) ?? target
            guard let target, let critical else { return nil }
            if !isInOrder(target, critical) {
                map.report("critical", found: "a bound that is better than the target", allowed: order)
            }
            return TargetBounds(target: target, critical: critical)
        }
    }
}
