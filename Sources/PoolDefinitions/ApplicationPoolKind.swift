/// The software that keeps a pool inside an application; of one that says only how it fares, its document.
package enum ApplicationPoolKind: String, Sendable, CaseIterable {
    case psycopgPool = "psycopg_pool"
    case sqlalchemy
    case asyncpg
    case nodePostgres = "node_postgres"
    case hikaricp
    case pgxpool
    case goSQL = "go_sql"
    case openTelemetry = "otel"
    case health
    case json
}
