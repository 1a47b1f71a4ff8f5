import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// The cache of query results; where memcached keeps it, only hits and misses are known.
    static let pgpoolCache = ConsoleCollector(
        "pgpool_cache", "Hits, misses and sizes of the cache of query results.",
        of: .pgpool, "SHOW POOL_CACHE",
        columns: [
            .counter(
                "num_cache_hits", "pgpool_query_cache_hits_total",
                "SELECTs that the query cache answered, from SHOW POOL_CACHE."),
            .counter(
                "num_selects", "pgpool_query_cache_misses_total",
                "SELECTs that the query cache did not answer, from SHOW POOL_CACHE."),
            .gauge(
                from: ["num_cache_entries", "num_hash_entries"], "pgpool_query_cache_entries",
                "Results in the query cache, from SHOW POOL_CACHE.", read: ofSharedMemory),
            .gauge(
                from: ["used_cache_entries_size", "num_hash_entries"], "pgpool_query_cache_used_bytes",
                "Size of the results in the query cache, from SHOW POOL_CACHE.", read: ofSharedMemory),
            .gauge(
                from: ["free_cache_entries_size", "num_hash_entries"], "pgpool_query_cache_free_bytes",
                "Space that is free in the query cache, from SHOW POOL_CACHE.", read: ofSharedMemory),
            .gauge(
                from: ["fragment_cache_entries_size", "num_hash_entries"],
                "pgpool_query_cache_fragment_bytes",
                "Space of the query cache that is lost between results, from SHOW POOL_CACHE.",
                read: ofSharedMemory),
        ])

    /// Without a hash table there is no cache in shared memory, and zeros mean nothing.
    private static let ofSharedMemory: ConsoleColumn.Reading = { cells in
        ConsoleColumn.limit([cells[1]]).flatMap { _ in ConsoleColumn.number(cells) }
    }
}
