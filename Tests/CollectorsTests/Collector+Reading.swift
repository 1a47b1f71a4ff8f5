import Collectors
import Exposition
import Postgres
import Testing

extension Collector {
    /// The columns that its statement should return on this server, in order.
    func columnNames(on server: ServerState) -> [String] {
        columns.filter { server.majorVersion >= $0.since && server.majorVersion <= $0.until ?? .max }.map(
            \.name)
    }

    /// Servers of all versions that it applies to, in the role that it speaks of.
    var servers: [ServerState] {
        (13...18).map { ServerState(version: $0 * 10_000, isInRecovery: audience == .standbys) }
            .filter(applies)
    }

    static func named(_ name: String) throws -> Collector {
        try #require(all.first { $0.name == name })
    }

    /// Runs it once, as a poll does.
    func collect(from connection: inout Connection) throws -> Collection {
        let deadline = Deadline.after(.seconds(10))
        let server = try ServerState.read(from: &connection, by: deadline)
        return try collect(from: &connection, server, by: deadline)
    }
}

extension Collection {
    /// The page in text format.
    var page: String {
        Page(families.map { RenderedFamily($0) }, in: .text).pieces
            .map { String(decoding: $0, as: UTF8.self) }.joined()
    }

    func samples(of name: MetricName) -> [Sample] {
        families.first { $0.metric.name == name }?.samples ?? []
    }

    /// The one sample with these labels, in their column's order; nil where there is none.
    func value(of name: MetricName, _ labels: Labels = [:]) -> Sample.Value? {
        samples(of: name).first { $0.labels == labels }?.value
    }

    /// The same where only a whole number will do.
    func count(of name: MetricName, _ labels: Labels = [:]) -> Int64? {
        guard case .integer(let count) = value(of: name, labels) else { return nil }
        return count
    }

    /// The same where any number will do.
    func number(of name: MetricName, _ labels: Labels = [:]) -> Double? {
        switch value(of: name, labels) {
        case .integer(let count): Double(count)
        case .real(let number): number
        case .histogram, nil: nil
        }
    }
}

extension TestServer {
    /// Runs a collector once, as the role that the program should come as.
    func collect(_ name: String, in database: String? = nil) throws -> Collection {
        var connection = try connect(as: Self.monitor, to: database)
        return try Collector.named(name).collect(from: &connection)
    }
}
