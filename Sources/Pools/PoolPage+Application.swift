extension PoolPage {
    /// Names that Prometheus' client libraries, Micrometer and its binders for servers give.
    static let applicationNames: Set = [
        "process_cpu_seconds_total", "process_resident_memory_bytes", "tomcat_threads_busy_threads",
        "jetty_threads_busy", "cache_gets_total", "cache_evictions_total", "cache_size",
    ]

    static func application(
        of samples: [PrometheusSample], default pool: String
    ) throws(ScrapeFailure) -> ApplicationReading {
        var application = ApplicationReading()
        for sample in samples where (0...DocumentMapping.greatest).contains(sample.value) {
            var cache = application.caches[name(of: sample, default: pool)] ?? ApplicationReading.Cache()
            switch (sample.name, sample.labels["result"]) {
            case ("process_cpu_seconds_total", _): add(sample.value, to: &application.cpuSeconds)
            case ("process_resident_memory_bytes", _): add(sample.value, to: &application.residentBytes)
            case ("tomcat_threads_busy_threads", _), ("jetty_threads_busy", _):
                add(sample.value, to: &application.activeThreads)
            case ("cache_gets_total", "hit"): add(sample.value, to: &cache.hits)
            case ("cache_gets_total", "miss"): add(sample.value, to: &cache.misses)
            case ("cache_evictions_total", _): add(sample.value, to: &cache.evictions)
            case ("cache_size", _): add(sample.value, to: &cache.entries)
            default: break
            }
            guard cache != ApplicationReading.Cache() else { continue }
            let name = name(of: sample, default: pool)
            if application.caches[name] == nil { try note(name, among: application.caches.count) }
            application.caches[name] = cache
        }
        return application
    }

    private static func name(of sample: PrometheusSample, default pool: String) -> String {
        sample.labels["cache"] ?? sample.labels["name"] ?? pool
    }

    private static func add(_ value: Double, to sum: inout Double?) {
        sum = (sum ?? 0) + value
    }
}
