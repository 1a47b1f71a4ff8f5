import Postgres

/// A session of somebody else, for as long as somebody holds it.
final class Client {
    var connection: Connection

    init(
        of server: TestServer, as role: String? = nil, in database: String? = nil, application: String? = nil
    ) throws {
        connection = try server.connect(as: role, to: database)
        if let application { try connection.run("SET application_name = '\(application)'") }
    }
}
