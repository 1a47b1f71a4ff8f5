import Exposition
import Runtime
import Synchronization

/// What the daemon says of itself: `pgvigil_*` and `process_*`.
final class SelfMetrics: Sendable {
    private let list: Watchlist
    private let scrapes = Mutex<[Kind: Int]>([:])
    private let reload = Mutex((isSuccess: true, time: WallClock.seconds))

    init(of list: Watchlist) {
        self.list = list
    }

    func countScrape(_ format: Format, isCompressed: Bool) {
        let kind = Kind(isOpenMetrics: format.isOpenMetrics, isCompressed: isCompressed)
        scrapes.withLock { $0[kind, default: 0] += 1 }
    }

    /// How pages are told apart; labels are made of it once a page, not at every scrape.
    private struct Kind: Hashable {
        let isOpenMetrics: Bool
        let isCompressed: Bool

        var labels: Labels {
            let format: Format = isOpenMetrics ? .oldOpenMetrics : .text
            return ["format": format.name, "encoding": isCompressed ? "gzip" : "identity"]
        }
    }

    func noteReload(isSuccess: Bool) {
        reload.withLock { reload in
            reload.isSuccess = isSuccess
            if isSuccess { reload.time = WallClock.seconds }
        }
        list.registry.noteChange()
    }

    var families: [MetricFamily] {
        let targets = list.targets.map { (labels: $0.labels, name: $0.name, record: $0.record) }
        let endpoints = list.endpoints.targets
        return [BuildInfo.family] + ProcessMetrics.families + daemonFamilies
            + pollFamilies(
                targets.map { ($0.labels, $0.record.pollRecord) }
                    + endpoints.map { ($0.labels, $0.record) })
            + targetFamilies(targets.map { ($0.labels, $0.record) })
            + registryFamilies(
                targets.map { ($0.labels, $0.name) } + endpoints.map { ($0.labels, $0.name) })
            + collectorFamilies(targets.map { ($0.labels, $0.record) })
    }

    /// The metrics among them, each with its labels besides those that the settings give a target.
    var reference: [(metric: Metric, labels: [String])] {
        let named: [(families: [MetricFamily], labels: [String])] = [
            ([BuildInfo.family], ["version", "swift_version"]), (ProcessMetrics.families, []),
            (daemonFamilies, []), (pollFamilies([]), ["server"]), (targetFamilies([]), ["server"]),
            (registryFamilies([]), ["server"]),
            (collectorFamilies([]), ["server", "collector"]),
        ]
        let more: [MetricName: [String]] = [
            "pgvigil_scrapes_total": ["format", "encoding"], "pgvigil_collector_success": ["reason"],
        ]
        return named.flatMap { group in
            group.families.map { ($0.metric, group.labels + (more[$0.metric.name] ?? [])) }
        }
    }

    private var daemonFamilies: [MetricFamily] {
        let reload = reload.withLock { $0 }
        return [
            MetricFamily(
                "pgvigil_scrapes_total", .counter,
                help: "Pages of metrics asked for, by format and encoding.",
                samples: scrapes.withLock { $0.map { Sample($1, labels: $0.labels) } }),
            MetricFamily(
                "pgvigil_settings_reload_success", .gauge,
                help: "1 where the latest load of the settings was accepted.",
                samples: [Sample(reload.isSuccess)]),
            MetricFamily(
                "pgvigil_settings_reload_success_timestamp_seconds", .gauge,
                help: "When settings were last accepted.", samples: [Sample(reload.time)]),
        ]
    }

    private func pollFamilies(_ targets: [(labels: Labels, record: PollRecord)]) -> [MetricFamily] {
        func whole(
            _ name: MetricName, as kind: Metric.Kind = .counter, _ help: String, _ value: (PollRecord) -> Int
        ) -> MetricFamily {
            MetricFamily(
                name, kind, help: help, samples: targets.map { Sample(value($0.record), labels: $0.labels) })
        }
        func gauge(_ name: MetricName, _ help: String, _ value: (PollRecord) -> Duration?) -> MetricFamily {
            MetricFamily(
                name, .gauge, help: help,
                samples: targets.compactMap { target in
                    value(target.record).map { Sample($0 / .seconds(1), labels: target.labels) }
                })
        }
        return [
            whole("pgvigil_polls_total", "Polls of the target that have ended, well or badly.", \.polls),
            whole(
                "pgvigil_poll_skips_total",
                "Ticks at which no poll began, since an earlier one was still at work.", \.skips),
            whole(
                "pgvigil_poll_overruns_total",
                "Polls that reached their deadline: two thirds of the interval, or an endpoint's timeout.",
                \.overruns),
            gauge("pgvigil_poll_interval_seconds", "Time between two polls of the target, as set.") {
                $0.interval
            },
            gauge("pgvigil_poll_duration_seconds", "How long the latest poll of the target took.") {
                $0.pollDuration
            },
            whole(
                "pgvigil_threads_stuck", as: .gauge,
                "Threads of the target that are still at work on something that was given up on.",
                \.stuckThreads),
        ]
    }

    private func targetFamilies(_ targets: [(labels: Labels, record: TargetHistory)]) -> [MetricFamily] {
        func counter(_ name: MetricName, _ help: String, _ value: (TargetHistory) -> Sample.Value)
            -> MetricFamily
        {
            MetricFamily(
                name, .counter, help: help,
                samples: targets.map { Sample(value($0.record), labels: $0.labels) })
        }
        return [
            counter("pgvigil_connects_total", "Connections made to the target.") {
                .integer(Int64($0.connects))
            },
            counter("pgvigil_statements_total", "Statements sent to the target.") {
                .integer(Int64($0.statements))
            },
            counter("pgvigil_database_seconds_total", "Time that the target took to answer our statements.") {
                .real($0.databaseTime / .seconds(1))
            },
            MetricFamily(
                "pgvigil_target_identity_conflict", .gauge,
                help: "1 while a session of ours is with another server than the one that is polled.",
                samples: targets.map { Sample($0.record.hasIdentityConflict, labels: $0.labels) }),
        ]
    }

    private func registryFamilies(_ targets: [(labels: Labels, name: String)]) -> [MetricFamily] {
        let sizes = list.registry.sizes
        func samples(_ value: (Registry.Size) -> Int) -> [Sample] {
            targets.compactMap { target in sizes[target.name].map { Sample(value($0), labels: target.labels) }
            }
        }
        return [
            MetricFamily(
                "pgvigil_registry_series", .gauge, help: "Series of the target that are on the page now.",
                samples: samples(\.series)),
            MetricFamily(
                "pgvigil_registry_bytes", .gauge, help: "Memory that the target's samples take.",
                samples: samples(\.bytes)),
            MetricFamily(
                "pgvigil_registry_conflicts_total", .counter,
                help: "Families left out since another collector of the target shows them already.",
                samples: samples(\.conflicts)),
        ]
    }

    private func collectorFamilies(_ targets: [(labels: Labels, record: TargetHistory)]) -> [MetricFamily] {
        let jobs = targets.flatMap { target in
            target.record.jobs.map {
                (labels: target.labels.followed(by: ["collector": $0.name]), record: $0)
            }
        }
        func family(
            _ name: MetricName, _ kind: Metric.Kind, _ help: String, _ value: (JobRecord) -> Sample.Value?
        ) -> MetricFamily {
            MetricFamily(
                name, kind, help: help,
                samples: jobs.compactMap { job in value(job.record).map { Sample($0, labels: job.labels) } })
        }
        func whole(_ value: Int) -> Sample.Value { .integer(Int64(value)) }
        return [
            MetricFamily(
                "pgvigil_collector_success", .gauge,
                help: "1 where the collector's latest run succeeded; 0 with the reason where it did not.",
                samples: jobs.compactMap { job in
                    job.record.isSuccess.map {
                        Sample(
                            $0, labels: job.labels.followed(by: ["reason": job.record.reason?.rawValue ?? ""])
                        )
                    }
                }),
            family(
                "pgvigil_collector_interval_seconds", .gauge,
                "Time between two runs of the collector, as set."
            ) { .real($0.interval / .seconds(1)) },
            family("pgvigil_collector_duration_seconds", .gauge, "How long the collector's latest run took.")
            {
                $0.isSuccess == nil ? nil : .real($0.duration / .seconds(1))
            },
            family(
                "pgvigil_collector_last_success_timestamp_seconds", .gauge,
                "When the collector last succeeded."
            ) { $0.lastSuccess.map { .real($0) } },
            family("pgvigil_collector_rows", .gauge, "Rows that the collector's last successful run read.") {
                whole($0.rows)
            },
            family("pgvigil_collector_series", .gauge, "Series of the collector that are on the page now.") {
                whole($0.series)
            },
            family(
                "pgvigil_series_repeated_total", .counter,
                "Series that came twice in one run and were made one."
            ) {
                whole($0.repeatedSeries)
            },
            family("pgvigil_series_dropped_total", .counter, "Series left out since a run brought too many.")
            {
                whole($0.droppedSeries)
            },
            family("pgvigil_label_values_cut_total", .counter, "Label values cut since they were too long.") {
                whole($0.cutLabels)
            },
        ]
    }
}
