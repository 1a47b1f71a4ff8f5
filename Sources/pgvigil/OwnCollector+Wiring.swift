import Collectors
import Exposition
import ProbeDefinitions
import Settings

extension Collector {
    /// The operator's own, as it runs on this server.
    init(_ own: Settings.OwnCollector, on server: Settings.Server) {
        let isOfDatabase = own.databases != .own
        let labels = (isOfDatabase ? ["datname"] : []) + own.labels
        self.init(
            own: own.name, scope: isOfDatabase ? .database : .server, audience: Audience(own),
            columns: labels.map { .label($0) } + own.metrics.map { .value($0.column, Metric($0)) },
            mostRows: own.maxRows,
            OwnStatement(
                own.sql, searchPath: own.searchPath, within: server.interval / 3, namesDatabase: isOfDatabase)
        )
    }
}

extension Audience {
    fileprivate init(_ own: Settings.OwnCollector) {
        self =
            switch own.role {
            case .any: .everyServer
            case .primary: .primaries
            case .standby: .standbys
            }
    }
}

extension Metric {
    /// The settings have seen to it that name and type fit.
    fileprivate init(_ metric: Settings.OwnCollector.Metric) {
        self.init(
            MetricName(stringLiteral: metric.name), metric.kind == .counter ? .counter : .gauge,
            help: metric.help)
    }
}
