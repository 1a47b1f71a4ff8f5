import Postgres
import ProbeDefinitions
import SQL

/// How a probe's two sides, the row's vector and the query's, are said in SQL.
struct Wording {
    let target: SearchTarget
    /// Of what is searched.
    let type: Catalogue.ElementType
    /// Of the query vectors.
    let metricType: Catalogue.ElementType
    let extensionSchema: String

    func searched(by operator: Catalogue.Operator) -> Search.Comparison {
        Search.Comparison(
            row: row, query: query, operatorSchema: `operator`.schema, operatorName: `operator`.name)
    }

    func metric(by operator: Catalogue.Operator) -> Search.Comparison {
        guard let metric = target.metric else { return searched(by: `operator`) }
        return Search.Comparison(
            row: metric.column.quotedIdentifier, query: parameter, operatorSchema: `operator`.schema,
            operatorName: `operator`.name)
    }

    // MARK: -

    private var row: String {
        switch target.searched {
        case .column(let name): name.quotedIdentifier
        case .expression(let sql): SQLText(sql).parenthesized
        }
    }

    private var parameter: String { "$1::\(metricType.sql)" }

    /// The query as what is searched: by the very expression that the rows go through, where there is one.
    private var query: String {
        guard let metric = target.metric else { return parameter }
        if case .expression(let text) = target.searched {
            let sql = SQLText(text)
            if sql.names.contains(metric.column) {
                return sql.replacingColumn(metric.column, with: "(\(parameter))").parenthesized
            }
        }
        if type.oid == metricType.oid { return parameter }
        if type.vector == .bit {
            return "\(extensionSchema.quotedIdentifier).binary_quantize(\(parameter))"
        }
        return "(\(parameter))::\(type.sql)"
    }
}
