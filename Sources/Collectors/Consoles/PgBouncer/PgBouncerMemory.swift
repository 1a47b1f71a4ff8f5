import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// What PgBouncer's own caches take.
    static let pgbouncerMemory = ConsoleCollector(
        "pgbouncer_memory", "Memory of PgBouncer's caches.", of: .pgbouncer, "SHOW MEM", cost: .minute,
        labels: ["name": "cache"],
        columns: [
            .gauge("memtotal", "pgbouncer_memory_bytes", "Memory of each cache, from SHOW MEM.")
        ])
}
