import CLibPQ
import Glibc

/// How to reach one database, as libpq and the operator say it.
package struct ConnectionTarget: Sendable, Equatable {
    /// A keyword string or URI, which may hold a password; empty for what libpq finds by itself.
    private let conninfo: String
    private let password: PasswordSource
    /// Whether the operator says that a transaction pooler stands in between.
    package let isPooled: Bool
    package let settings: SessionSettings

    package init(
        conninfo: String, password: PasswordSource = .libpq, isPooled: Bool = false, settings: SessionSettings
    ) {
        self.conninfo = conninfo
        self.password = password
        self.isPooled = isPooled
        self.settings = settings
    }

    /// Whether libpq can read this connection string.
    ///
    /// What it says of one that it cannot read may quote a password, so nobody gets it.
    package static func isReadable(conninfo: String) -> Bool {
        guard let options = unsafe PQconninfoParse(conninfo, nil) else { return false }
        unsafe PQconninfoFree(options)
        return true
    }

    /// What libpq gets, later ones overriding earlier ones.
    func parameters(withOptions: Bool, by deadline: Deadline, unless interrupt: Interrupt)
        throws(PostgresError) -> [(keyword: String, value: String)]
    {
        guard Self.isReadable(conninfo: conninfo) else {
            throw .cannotConnect(
                .invalidSettings,
                "libpq cannot read the connection string (what it says is withheld, it may quote a password)")
        }
        var parameters = [("dbname", conninfo)]
        if let password = try password.read(by: deadline, unless: interrupt) {
            parameters.append(("password", password))
        }
        parameters.append(("application_name", SessionSettings.applicationName))
        parameters.append(("client_encoding", "UTF8"))
        let options = withOptions ? settings.options(after: operatorsOptions) : operatorsOptions
        parameters.append(("options", options))
        return parameters
    }

    /// `options` of the connection string, else of `PGOPTIONS`: ours take their place in what libpq sends.
    private var operatorsOptions: String {
        let stated = unsafe option("options", of: PQconninfoParse(conninfo, nil))
        let fallback = unsafe option("options", of: PQconndefaults())
        return stated ?? fallback ?? ""
    }

    /// The value of one option; frees the options.
    private func option(_ keyword: String, of options: UnsafeMutablePointer<PQconninfoOption>?) -> String? {
        guard let options = unsafe options else { return nil }
        defer { unsafe PQconninfoFree(options) }
        var next = unsafe options
        while let name = unsafe next.pointee.keyword {
            if unsafe String(cString: name) == keyword {
                return unsafe next.pointee.val.map { unsafe String(cString: $0) }
            }
            unsafe next += 1
        }
        return nil
    }
}
