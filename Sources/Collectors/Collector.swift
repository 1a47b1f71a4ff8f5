package import Exposition
package import Postgres

/// A statement, and what its columns mean.
package struct Collector: Sendable {
    package let name: String
    /// What an operator reads of it in listings; one sentence.
    package let summary: String
    package let scope: Scope
    package let cost: CostClass
    /// The first major version that has what the statement reads; 0 for all.
    package let since: Int
    package let audience: Audience
    package let requirements: [Requirement]
    package let wishes: [SettingWish]
    package let columns: [Column]
    let duplicates: Duplicates
    private let inquiry: Inquiry

    /// How a collector asks.
    private enum Inquiry: Sendable {
        case statement(@Sendable (ServerState) -> String)
        /// What there is to ask about comes first, a row each; then a statement for each of them.
        case parts(
            preparation: @Sendable (ServerState) -> String,
            statement: @Sendable (ServerState, Part) -> String)
        case own(OwnStatement)
    }

    /// The most rows that one run of any collector turns into samples.
    package static let longestTable = 10_000
    /// The most that one run of this one does; the rest is dropped and counted.
    let mostRows: Int

    /// Columns that name a metric twice stop the process.
    init(
        _ name: String, _ summary: String, scope: Scope = .server, cost: CostClass = .base, since: Int = 0,
        audience: Audience = .everyServer, requires requirements: [Requirement] = [],
        wishes: [SettingWish] = [], duplicates: Duplicates = .keepFirst,
        columns: [Column], sql: @escaping @Sendable (ServerState) -> String
    ) {
        self.init(
            name, summary, scope, cost, since, audience, requirements, wishes, duplicates, columns,
            .statement(sql))
    }

    /// One whose statement can only be written once something is known: an extension's schema, say.
    ///
    /// `preparation` returns a row for each part to ask about, its cells pieces of SQL; without rows nothing
    /// more is asked. Each part is a transaction of its own, of at most a second, and costs only itself where
    /// it fails.
    init(
        _ name: String, _ summary: String, scope: Scope, cost: CostClass,
        requires requirements: [Requirement] = [], duplicates: Duplicates = .keepFirst, columns: [Column],
        preparation: @escaping @Sendable (ServerState) -> String,
        sql: @escaping @Sendable (ServerState, Part) -> String
    ) {
        self.init(
            name, summary, scope, cost, 0, .everyServer, requirements, [], duplicates, columns,
            .parts(preparation: preparation, statement: sql))
    }

    /// One that an operator wrote; `columns` name each metric once.
    package init(
        own name: String, scope: Scope, audience: Audience, columns: [Column], mostRows: Int,
        _ statement: OwnStatement
    ) {
        self.init(
            name, "A statement of the operator's own.", scope, .base, 0, audience, [], [], .keepFirst,
            columns,
            .own(statement), mostRows: mostRows)
    }

    private init(
        _ name: String, _ summary: String, _ scope: Scope, _ cost: CostClass, _ since: Int,
        _ audience: Audience, _ requirements: [Requirement], _ wishes: [SettingWish],
        _ duplicates: Duplicates, _ columns: [Column], _ inquiry: Inquiry,
        mostRows: Int = Collector.longestTable
    ) {
        let metrics = columns.compactMap(\.metric?.name)
        precondition(Set(metrics).count == metrics.count, "\(name) names a metric twice")
        self.name = name
        self.summary = summary
        self.scope = scope
        self.cost = cost
        self.since = since
        self.audience = audience
        self.requirements = requirements
        self.wishes = wishes
        self.duplicates = duplicates
        self.columns = columns
        self.inquiry = inquiry
        self.mostRows = min(mostRows, Self.longestTable)
    }

    /// The metrics, each with the labels that its samples may carry and the versions that have it.
    package var metrics: [(metric: Metric, labels: [String], since: Int, until: Int?)] {
        let labels = columns.filter(\.isLabel).map(\.name)
        return columns.compactMap { column in
            column.metric.map {
                ($0, column.labels(outOf: labels), max(column.since, since), column.until)
            }
        }
    }

    /// Whether this server has anything to say to it; where not, it is not asked.
    package func applies(to server: ServerState) -> Bool {
        server.majorVersion >= since && audience.includes(server)
    }

    /// The statement for this server, with the comment that shows in the server's own views whose it is.
    ///
    /// Pieces that a preparation has to find first stand in braces.
    package func sql(for server: ServerState) -> String {
        switch inquiry {
        case .statement(let statement): marked(statement(server))
        case .parts(_, let statement): marked(statement(server, .example))
        case .own(let statement): statement.sql(of: name, columns, limitedTo: mostRows + 1)
        }
    }

    /// The statement that comes before, for collectors that need one.
    package func preparation(for server: ServerState) -> String? {
        switch inquiry {
        case .statement, .own: nil
        case .parts(let preparation, _): marked(preparation(server))
        }
    }

    /// All that it may send, in order.
    package func statements(for server: ServerState) -> [String] {
        [preparation(for: server), sql(for: server)].compactMap(\.self)
    }

    func sql(for server: ServerState, _ part: Part) -> String {
        switch inquiry {
        case .statement, .own: sql(for: server)
        case .parts(_, let statement): marked(statement(server, part))
        }
    }

    /// Whether an operator wrote it.
    package var isOwn: Bool { ownStatement != nil }

    /// nil where it is one of the catalogue's.
    var ownStatement: OwnStatement? {
        if case .own(let statement) = inquiry { statement } else { nil }
    }

    private func marked(_ sql: String) -> String { "/* pgvigil \(name) */\n\(sql)" }

    /// Whether its counters are sums of rows that come and go, and so need an `Accumulator`.
    package var accumulates: Bool { columns.contains(where: \.isEntry) }
}

extension Collector: CustomStringConvertible {
    package var description: String { name }
}
