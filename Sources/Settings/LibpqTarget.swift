extension Settings {
    /// What is reached by libpq: a server, or a pooler's console.
    package protocol LibpqTarget {
        /// A libpq keyword string or URI; what it does not say libpq takes from its environment and files.
        var conninfo: Secret { get set }
        /// Takes the place of any password in `conninfo`.
        var password: PasswordSource? { get set }
    }
}

// MARK: - Reading

extension Settings.LibpqTarget {
    mutating func readConnection(from map: inout MapReader, in surroundings: Surroundings) {
        readConninfo(from: &map, in: surroundings)
        readPassword(from: &map)
    }

    private mutating func readConninfo(from map: inout MapReader, in surroundings: Surroundings) {
        let conninfo = map.read("conninfo", .conninfo(isReadable: surroundings.isReadable))
        let parts = ConnectionKeyword.all.compactMap { keyword in
            map.read(keyword.name, keyword.rule).map { keyword.assignment($0) }
        }
        self.conninfo = conninfo ?? Secret(parts.joined(separator: " "))
        guard let whole = map.key("conninfo") else { return }
        let beside = ConnectionKeyword.all.map(\.name).filter { map.key($0) != nil }
        guard !beside.isEmpty else { return }
        whole.report(
            "conninfo: found beside \(beside.joined(separator: ", ")); "
                + "allowed is conninfo or single connection settings")
    }

    private mutating func readPassword(from map: inout MapReader) {
        let file = map.read("password_file", .text)
        let credential = map.read("password_credential", .credentialName)
        let command = map.read("password_command", .command)
        password =
            command.map { .command($0) } ?? credential.map { .credential($0) } ?? file.map { .file($0) }
        let keys = ["password", "password_file", "password_credential", "password_command"]
        for extra in keys.compactMap({ map.key($0) }).dropFirst() {
            extra.report(
                "found a second source of the password; allowed is one of \(keys.joined(separator: ", "))")
        }
    }
}
