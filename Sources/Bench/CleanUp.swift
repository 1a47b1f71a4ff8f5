import Postgres

/// Removes what earlier runs have left, but nothing of a run that still goes on.
package struct CleanUp: Sendable {
    private let door: Door

    package init(through door: Door) {
        self.door = door
    }

    /// Blocks; returns the names of the schemas that are gone.
    package func removed() throws(BenchError) -> [SchemaName] {
        do throws(PostgresError) {
            var connection = try door.connect(unless: Interrupt())
            guard !connection.isWrapped else { throw .noTable }
            let schemas = OwnSchemas(behind: door)
            let left = try schemas.left(on: &connection, by: .after(.seconds(10)))
            for schema in left { try schemas.remove(schema, on: &connection, by: .after(.seconds(60))) }
            return left
        } catch {
            throw error == .noTable ? .pooled : .postgres(error, during: "cleaning up")
        }
    }
}
