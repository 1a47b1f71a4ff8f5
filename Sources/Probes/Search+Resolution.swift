package import Postgres
package import ProbeDefinitions
import SQL

extension Search {
    /// Asks the catalogue what a probe's statements have to be, in short transactions.
    ///
    /// - Precondition: no transaction is open.
    package static func resolve(
        _ probe: SearchProbe, on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> Search {
        let plan = try connection.read(by: deadline) { connection throws(SearchError) -> Plan in
            try self.plan(probe, on: &connection, by: deadline)
        }
        guard plan.survey.isUndecided else { return plan.search }
        return try plan.proven(on: &connection, by: deadline)
    }

    // MARK: -

    private static func plan(
        _ probe: SearchProbe, on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> Plan {
        let target = probe.target
        let table = try Catalogue.table(target, on: &connection, by: deadline)
        let columns = try Catalogue.columns(of: table.relation.oid, on: &connection, by: deadline)
        let keyColumns = key(of: table, columns, target)
        try check(target, key: keyColumns, among: columns)
        let path = searchPath(of: target, in: table.relation)
        try path.set(on: &connection, by: deadline)

        let searchedColumns = searchedColumns(of: target, among: columns)
        let indexes = try CatalogueIndex.all(
            of: table.relation.oid, over: searchedColumns.map(\.name), on: &connection, by: deadline)
        let type = try elementType(of: target, columns, indexes, table, on: &connection, by: deadline)
        let metricType = columns.first { $0.name == target.metric?.column }?.type ?? type
        guard let elementVector = type.vector else { throw .notVector(type: type.name) }
        guard let metricVector = metricType.vector else { throw .notVector(type: metricType.name) }
        let operators = try Catalogue.operators(
            named: [target.operator, target.metric?.operator].compactMap(\.self),
            of: [type.oid, metricType.oid], on: &connection, by: deadline)
        let home = table.relation.extensionSchema
        let order = try operators.named(target.operator, of: type, preferring: home)
        let judge =
            try target.metric.map { metric throws(SearchError) in
                try operators.named(metric.operator, of: metricType, preferring: home)
            } ?? order

        let survey = IndexSurvey(indexes: indexes, target: target, type: type, operatorID: order.oid)
        let storage = try Catalogue.storage(of: table.relation.oid, on: &connection, by: deadline)
        var role: [LocalSetting] = []
        if let name = probe.settingsFromRole {
            role = try settings(ofRole: name, on: &connection, by: deadline)
        }
        let judged = columns.filter { $0.name == target.metric?.column } + searchedColumns
        let text = Wording(target: target, type: type, metricType: metricType, extensionSchema: home)
        return Plan(
            probe: probe, table: table, survey: survey, storage: storage,
            elementType: elementVector, metricType: metricVector,
            metricOperator: judge.schema == home ? DistanceOperator(rawValue: judge.name) : nil,
            dimensions: metricType.dimensions, keyColumns: keyColumns, locals: role + path,
            searched: text.searched(by: order), metric: text.metric(by: judge),
            vectorColumns: Set(judged.filter { $0.type.vector != nil }.map(\.name)).sorted())
    }

    /// What the settings name, else the primary key, else the row's place.
    private static func key(
        of table: Catalogue.Table, _ columns: [Catalogue.Column], _ target: SearchTarget
    ) -> [String] {
        guard target.key.isEmpty else { return target.key }
        // That of a table does not hold for those that inherit from it, but for partitions it does.
        let primary = columns.filter { $0.keyPosition != nil }
            .sorted { ($0.keyPosition ?? 0) < ($1.keyPosition ?? 0) }.map(\.name)
        if !primary.isEmpty, table.isPartitioned || !table.hasChildren { return primary }
        return table.hasChildren ? ["tableoid", "ctid"] : ["ctid"]
    }

    /// That all columns are there, and may be read.
    private static func check(_ target: SearchTarget, key: [String], among columns: [Catalogue.Column])
        throws(SearchError)
    {
        var needed = key + [target.metric?.column].compactMap(\.self)
        if case .column(let name) = target.searched { needed.append(name) }
        for name in needed where !columns.contains(where: { $0.name == name }) {
            throw .missingColumn(name)
        }
        var mentioned = target.filter.map { SQLText($0).names } ?? []
        if case .expression(let sql) = target.searched { mentioned.formUnion(SQLText(sql).names) }
        mentioned.formUnion(needed)
        for column in columns where !column.mayRead && mentioned.contains(column.name) {
            throw .notReadable("\(target.schema).\(target.table).\(column.name)")
        }
    }

    private static func searchedColumns(of target: SearchTarget, among columns: [Catalogue.Column])
        -> [Catalogue.Column]
    {
        switch target.searched {
        case .column(let name): return columns.filter { $0.name == name }
        case .expression(let sql):
            let names = SQLText(sql).names
            return columns.filter { names.contains($0.name) }
        }
    }

    private static func elementType(
        of target: SearchTarget, _ columns: [Catalogue.Column], _ indexes: [CatalogueIndex],
        _ table: Catalogue.Table, on connection: inout Connection, by deadline: Deadline
    ) throws(SearchError) -> Catalogue.ElementType {
        switch target.searched {
        case .column(let name):
            guard let column = columns.first(where: { $0.name == name }) else { throw .missingColumn(name) }
            return column.type
        case .expression(let sql):
            // An index knows how many dimensions its expression has; pg_typeof does not.
            if let index = indexes.first(where: { IndexSurvey.is($0, over: target.searched) }) {
                return index.type
            }
            let type = try Catalogue.type(
                ofExpression: sql, in: table.relation, on: &connection, by: deadline)
            guard let type else { throw .notVector(type: "unknown") }
            return type
        }
    }

    /// An operator's SQL names things as the application does; without any nothing is looked for.
    private static func searchPath(of target: SearchTarget, in relation: Relation) -> [LocalSetting] {
        if case .column = target.searched, target.filter == nil { return [] }
        let schemas = [relation.schema, relation.extensionSchema]
        return [LocalSetting(searchPath: schemas[0] == schemas[1] ? [schemas[0]] : schemas)]
    }
}

extension [LocalSetting] {
    /// For the rest of the transaction.
    func set(on connection: inout Connection, by deadline: Deadline) throws(SearchError) {
        for setting in self {
            let sql = """
                /* pgvigil set */
                SELECT pg_catalog.set_config($1, $2, true) AS value
                """
            _ = try connection.ask(sql, [setting.name, setting.value], by: deadline)
        }
    }
}

extension [Catalogue.Operator] {
    /// That of the extension, where another schema has one of that name too.
    func named(_ name: String, of type: Catalogue.ElementType, preferring schema: String)
        throws(SearchError) -> Catalogue.Operator
    {
        let fitting = filter { $0.name == name && $0.type == type.oid }
        guard let found = fitting.first(where: { $0.schema == schema }) ?? fitting.first else {
            throw .noSuchOperator(name, type: type.name)
        }
        guard found.mayUse else { throw .notReadable(found.schema) }
        return found
    }
}
