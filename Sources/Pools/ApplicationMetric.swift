import Exposition

/// What applications say of themselves.
enum ApplicationMetric {
    private static let hits = Metric(
        "app_cache_hits_total", .counter, help: "Lookups that the application's cache answered.")
    private static let misses = Metric(
        "app_cache_misses_total", .counter, help: "Lookups that the application's cache could not answer.")
    private static let evictions = Metric(
        "app_cache_evictions_total", .counter,
        help: "Entries that the application's cache dropped for others.")
    private static let entries = Metric(
        "app_cache_entries", .gauge, help: "Entries in the application's cache.")
    private static let threads = Metric(
        "app_threads_active", .gauge, help: "Threads of the application that are at work.")
    private static let cpu = Metric(
        "app_process_cpu_seconds_total", .counter, help: "CPU time that the application has taken.")
    private static let memory = Metric(
        "app_process_resident_memory_bytes", .gauge, help: "Memory that the application has.")

    static let reference: [(metric: Metric, labels: [String])] = [
        (hits, ["cache"]), (misses, ["cache"]), (evictions, ["cache"]), (entries, ["cache"]), (threads, []),
        (cpu, []), (memory, []),
    ]

    static func families(of application: ApplicationReading) -> [MetricFamily] {
        let caches = application.caches.sorted { $0.key < $1.key }
        func ofCaches(
            _ metric: Metric, _ value: (ApplicationReading.Cache) -> Double?
        ) -> MetricFamily {
            MetricFamily(
                metric,
                samples: caches.compactMap { name, cache in
                    value(cache).map { Sample($0, labels: ["cache": name]) }
                })
        }
        func plain(_ metric: Metric, _ value: Double?) -> MetricFamily {
            MetricFamily(metric, samples: value.map { [Sample($0)] } ?? [])
        }
        return [
            ofCaches(hits, \.hits), ofCaches(misses, \.misses), ofCaches(evictions, \.evictions),
            ofCaches(entries, \.entries), plain(threads, application.activeThreads),
            plain(cpu, application.cpuSeconds), plain(memory, application.residentBytes),
        ].filter { !$0.samples.isEmpty }
    }
}
