/// One line of a page.
struct PrometheusSample: Sendable, Equatable {
    let name: String
    let labels: [String: String]
    let value: Double
}
