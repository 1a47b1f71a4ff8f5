import Exposition

/// What a pooler's collectors found in one poll, of the whole pooler or of one pool, database or user.
struct PoolerFigures {
    /// A database, a user, or both together.
    private struct Place: Hashable {
        let database: String?
        let user: String?
    }

    /// A row of a table.
    private struct Row {
        let table: Int
        let row: Int
    }

    /// A column of a table, and where that has the labels that a figure is asked for by.
    private struct Column {
        let table: Int
        let column: Int
        let isOfDatabase: Bool
        let isOfUser: Bool
        /// The label that all its samples have, and what that says.
        let partName: String?
        let partValue: String
    }

    private let tables: [FigureTable]
    private let columns: [MetricName: [Column]]
    private let places: [Place: [Row]]
    /// Which rows are meant, by what they are; nil for all.
    private var chosen: (place: Place, rows: [Row])?

    init(_ tables: [FigureTable]) {
        self.tables = tables
        var columns: [MetricName: [Column]] = [:]
        var places: [Place: [Row]] = [:]
        for (number, table) in tables.enumerated() {
            for (position, column) in table.columns.enumerated() {
                let names = column.labelNames
                columns[column.metric.name, default: []].append(
                    Column(
                        table: number, column: position, isOfDatabase: names.contains(Self.database),
                        isOfUser: names.contains(Self.user), partName: column.part?.name,
                        partValue: column.part?.value ?? ""))
            }
            let database = table.labelNames.firstIndex(of: Self.database)
            let user = table.labelNames.firstIndex(of: Self.user)
            for (row, texts) in table.rows.enumerated() {
                let row = Row(table: number, row: row)
                let (database, user) = (database.map { texts[$0] }, user.map { texts[$0] })
                if database != nil { places[Place(database: database, user: nil), default: []].append(row) }
                if user != nil { places[Place(database: nil, user: user), default: []].append(row) }
                guard database != nil, user != nil else { continue }
                places[Place(database: database, user: user), default: []].append(row)
            }
        }
        self.columns = columns
        self.places = places
    }

    // MARK: - Of whom

    /// The figures of a database, a user, or of a user's pool of a database.
    func of(database: String? = nil, user: String? = nil) -> PoolerFigures {
        let place = Place(database: database, user: user)
        var figures = self
        figures.chosen = (place, places[place] ?? [])
        return figures
    }

    /// The pools that a metric has samples of, each once, in their order.
    func pools(of metric: MetricName) -> [(pool: String, user: String, figures: PoolerFigures)] {
        var seen: Set<Place> = []
        var pools: [(pool: String, user: String, figures: PoolerFigures)] = []
        for (number, table) in tables.enumerated() {
            let own = (columns[metric] ?? []).filter { $0.table == number }.map { table.columns[$0.column] }
            for row in table.rows.indices where own.contains(where: { $0.values[row] != nil }) {
                let pool = text(Self.database, of: row, in: table)
                let user = text(Self.user, of: row, in: table)
                guard seen.insert(Place(database: pool, user: user)).inserted else { continue }
                pools.append((pool, user, of(database: pool, user: user)))
            }
        }
        return pools
    }

    // MARK: - How much

    /// The sum of a metric's samples, where asked of those whose label says so; nil where there is none.
    func sum(_ metric: MetricName, where label: String? = nil, _ text: String = "") -> Double? {
        sum(metric, where: label) { $0 == text }
    }

    /// The same of samples whose label fits.
    func sum(_ metric: MetricName, where label: String?, _ fits: (String) -> Bool) -> Double? {
        var sum: Double?
        visit(metric, label, fits) { sum = (sum ?? 0) + $0 }
        return sum
    }

    /// The greatest of a metric's samples.
    func max(_ metric: MetricName) -> Double? {
        var greatest: Double?
        visit(metric) { greatest = Swift.max(greatest ?? $0, $0) }
        return greatest
    }

    // MARK: -

    private static let database = "database"
    private static let user = "user"

    private func text(_ label: String, of row: Int, in table: FigureTable) -> String {
        table.labelNames.firstIndex(of: label).map { table.rows[row][$0] } ?? ""
    }

    private func visit(
        _ metric: MetricName, _ label: String? = nil, _ fits: (String) -> Bool = { _ in true },
        _ body: (Double) -> Void
    ) {
        for column in columns[metric] ?? [] where isAbout(chosen?.place, column) {
            var position: Int?
            if let label {
                if column.partName == label {
                    guard fits(column.partValue) else { continue }
                } else {
                    position = tables[column.table].labelNames.firstIndex(of: label)
                    guard position != nil else { continue }
                }
            }
            func visit(_ row: Int) {
                if let position, !fits(tables[column.table].rows[row][position]) { return }
                tables[column.table].columns[column.column].values[row]?.number.map(body)
            }
            if let chosen {
                for row in chosen.rows where row.table == column.table { visit(row.row) }
            } else {
                tables[column.table].rows.indices.forEach(visit)
            }
        }
    }

    /// Whether the samples of a column tell of which database and user they are, where that matters.
    private func isAbout(_ place: Place?, _ column: Column) -> Bool {
        (place?.database == nil || column.isOfDatabase) && (place?.user == nil || column.isOfUser)
    }
}

extension Sample.Value {
    fileprivate var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        case .histogram: nil
        }
    }
}
