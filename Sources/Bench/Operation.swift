/// A statement that a workload sends again and again, with other values each time.
struct Operation: Sendable {
    let sql: String
    /// Fewer rows than these are a short result; nil where there is no telling.
    var expectedRows: Int?
    /// How many rows it writes.
    var writtenRows = 0
    let values: @Sendable (inout Draw) -> [String?]
}
