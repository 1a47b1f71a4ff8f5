/// How an application's document is to be read, named as in the settings.
package enum DocumentFormat: String, Sendable, CaseIterable {
    case psycopgPool = "psycopg_pool"
    case sqlalchemy
    case asyncpg
    case nodePostgres = "node_postgres"
    case health
    case prometheus
    case json
}
