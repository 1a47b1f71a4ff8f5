/// The names that a file of targets may use, since the bench knows them.
package struct BenchTerms: Sendable {
    package typealias Workload = (name: String, writesRows: Bool)

    let workloads: [Workload]
    let percentiles: [String]

    package init(workloads: [Workload], percentiles: [String]) {
        self.workloads = workloads
        self.percentiles = percentiles
    }
}
