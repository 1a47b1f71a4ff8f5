/// What each workload should reach: what operators promise their users, unless a file says otherwise.
package struct ServiceTargets: Sendable, Equatable {
    private var own: [Workload: [ServiceTarget]]

    /// `own` takes the place of what a workload has otherwise; but for success, unless that is named too.
    package init(_ own: [Workload: [ServiceTarget]] = [:]) {
        self.own = own
    }

    package subscript(_ workload: Workload) -> [ServiceTarget] {
        let targets = own[workload] ?? workload.ordinaryTargets
        let saysSuccess = targets.contains { $0.measure == .successRatio }
        return targets + (saysSuccess ? [] : [.ordinarySuccess])
    }
}
