/// The software that keeps a pool: the label `kind`.
package enum PoolKind: String, Sendable, CaseIterable {
    case pgbouncer, pgpool, odyssey, pgcat, pgdog
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
