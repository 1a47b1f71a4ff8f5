import Testing

@testable import Postgres

@Suite struct ConnectFailureTests {
    @Test(arguments: [
        (
            #"connection to server at "127.0.0.1", port 1 failed: Connection refused"# + "\n"
                + "\tIs the server running on that host and accepting TCP/IP connections?\n",
            ConnectFailure.refused
        ),
        (
            #"connection to server on socket "/nowhere/.s.PGSQL.5432" failed: No such file or directory"#
                + "\n"
                + "\tIs the server running locally and accepting connections on that socket?\n",
            .refused
        ),
        (
            #"connection to server at "db" failed: FATAL:  28P01: password authentication failed"#
                + "\nLOCATION:  auth_failed, auth.c:335\n",
            .authentication
        ),
        (
            #"connection to server at "db" failed: FATAL:  3D000: database "x" does not exist"#
                + "\n",
            .noDatabase
        ),
        (
            #"connection to server at "db" failed: FATAL:  53300: sorry, too many clients already"#,
            .tooManyConnections
        ),
        (
            #"connection to server at "db" failed: FATAL:  57P03: the database system is starting up"#,
            .startingUp
        ),
        (#"connection to server at "db" failed: FATAL:  08P01: role "x" does not exist"#, .authentication),
        (#"connection to server at "db" failed: FATAL:  08P01: database "x" does not exist"#, .noDatabase),
        (
            #"connection to server at "db" failed: FATAL:  08P01: too many connections for role "x""#,
            .tooManyConnections
        ),
        (
            #"connection to server at "db" failed: FATAL:  08P01: sorry, too many clients already"#,
            .tooManyConnections
        ),
        (
            #"connection to server at "db" failed: "#
                + "FATAL:  08P01: remaining connection slots are reserved for superusers",
            .tooManyConnections
        ),
        (
            #"connection to server at "db" failed: SCHWERWIEGEND:  28000: kein Eintrag"#,
            .authentication
        ),
        (#"could not translate host name "nowhere" to address: Name or service not known"#, .nameResolution),
        (#"connection to server at "db" failed: No route to host"#, .unreachable),
        (
            #"connection to server at "db" failed: fe_sendauth: no password supplied"#,
            .authentication
        ),
        (#"connection to server at "db" failed: SSL error: certificate verify failed"#, .tls),
        ("something new", .other), ("", .other),
    ])
    func `libpq's text tells why there is no connection`(_ text: String, _ failure: ConnectFailure) {
        guard case .cannotConnect(let found, let message) = ConnectFailure.reading(text) else {
            Issue.record("no failure to connect")
            return
        }
        #expect(found == failure)
        #expect(!message.contains("\n") && !message.contains("LOCATION"))
    }

    @Test(arguments: [
        (
            "FATAL:  failure\nserver closed the connection unexpectedly\n"
                + "\tThis probably means the server terminated abnormally\n"
                + "\tbefore or while processing the request.\n",
            "FATAL:  failure"
        ),
        (
            "server closed the connection unexpectedly\n"
                + "\tThis probably means the server terminated abnormally\n"
                + "\tbefore or while processing the request.\n",
            "server closed the connection unexpectedly"
        ),
        (
            "could not receive data from server: Connection reset by peer\n",
            "could not receive data from server: Connection reset by peer"
        ),
        ("", nil),
    ])
    func `of a connection that broke the server's word is told before libpq's guesses`(
        _ text: String, _ line: String?
    ) {
        #expect(ConnectFailure.firstLine(of: text) == line)
    }
}
