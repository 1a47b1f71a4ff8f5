extension Connection {
    /// What we have asked of the server.
    package struct Usage: Sendable, Equatable {
        package private(set) var statements = 0
        /// Time between sending statements and having their answers.
        package private(set) var databaseTime = Duration.zero

        package init() {}

        /// What came after `earlier`.
        package func since(_ earlier: Usage) -> Usage {
            var usage = self
            usage.statements -= earlier.statements
            usage.databaseTime -= earlier.databaseTime
            return usage
        }

        package mutating func add(_ other: Usage) {
            statements += other.statements
            databaseTime += other.databaseTime
        }

        mutating func add(statement duration: Duration) {
            statements += 1
            databaseTime += duration
        }
    }
}
