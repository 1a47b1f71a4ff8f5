/// A libpq connection keyword that may stand as a setting of a server.
///
/// Those of libpq 15, without what the program sets itself (`application_name`, `client_encoding`,
/// `connect_timeout`) and what is obsolete. Newer keywords can stand in a conninfo.
struct ConnectionKeyword {
    let name: String
    let rule: Rule<String>

    static var all: [ConnectionKeyword] {
        texts + choices + numbers + [ConnectionKeyword(name: "port", rule: .ports)]
    }

    /// As it stands in a conninfo, quoted.
    func assignment(_ value: String) -> String {
        var quoted = ""
        for character in value.unicodeScalars {
            if character == "'" || character == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(character)
        }
        return "\(name)='\(quoted)'"
    }

    private static var texts: [ConnectionKeyword] {
        [
            "host", "hostaddr", "dbname", "user", "password", "passfile", "service", "options",
            "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslcrldir",
            "requirepeer", "krbsrvname",
        ].map { ConnectionKeyword(name: $0, rule: .text) }
    }

    private static var choices: [ConnectionKeyword] {
        let versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
        return [
            ("sslmode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
            ("ssl_min_protocol_version", versions),
            ("ssl_max_protocol_version", versions),
            ("sslsni", ["0", "1"]),
            ("channel_binding", ["disable", "prefer", "require"]),
            ("gssencmode", ["disable", "prefer", "require"]),
            (
                "target_session_attrs",
                ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]
            ),
            ("keepalives", ["0", "1"]),
        ].map { ConnectionKeyword(name: $0, rule: .choice(of: $1)) }
    }

    private static var numbers: [ConnectionKeyword] {
        ["keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"].map {
            ConnectionKeyword(name: $0, rule: Rule<Int>.integer(0...86_400_000).map(\.description))
        }
    }
}
