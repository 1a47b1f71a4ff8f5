import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Errors of clients and routes, by Odyssey's own names of them.
    static let odysseyErrors = ConsoleCollector(
        "odyssey_errors", "Errors by kind.", of: .odyssey, "SHOW ERRORS", labels: ["error_type": "type"],
        columns: [
            .counter("count", "odyssey_errors_total", "Errors of this type, from SHOW ERRORS.")
                .repeating(.sum)
        ])
}
