extension Settings {
    /// A settings file may be at most this long, in bytes.
    package static let longestFile = 1 << 20

    /// The settings in a YAML file.
    ///
    /// - Parameters:
    ///   - file: its path; messages begin with it.
    ///   - collectors: the names that `collectors` of a server may use.
    ///   - reservedLabels: label names that no target may set, besides those that are never allowed.
    /// - Returns: settings without a problem.
    /// - Throws: all problems of the file at once. No message holds a value of the file.
    package static func load(
        file: String, collectors: [String], reservedLabels: Set<String>
    ) throws(SettingsErrors) -> Settings {
        let bytes: [UInt8]
        do throws(Refusal) {
            bytes = try readFile(file)
        } catch {
            throw SettingsErrors([Problem(file: file, position: nil, text: error.found)])
        }
        return try load(bytes, file: file, collectors: collectors, reservedLabels: reservedLabels)
    }

    /// The settings in the bytes of a YAML file; `file` is only for messages.
    package static func load(
        _ bytes: [UInt8], file: String, collectors: [String], reservedLabels: Set<String>
    ) throws(SettingsErrors) -> Settings {
        let findings = Findings(file: file)
        let names = KnownNames(collectors: collectors, reservedLabels: reservedLabels)
        return try findings.settled(read(bytes, into: findings, names: names))
    }

    /// As far as the bytes can be understood; what is wrong with them goes to `findings`.
    static func read(_ bytes: [UInt8], into findings: Findings, names: KnownNames) -> Settings? {
        let text = checkedText(bytes, findings)
        return text.flatMap { yamlRoot(of: $0, findings) }?.read(
            as: nil, .map("") { map in read(from: &map, names: names) })
    }

    /// One server named "main", for a start without a settings file.
    ///
    /// `DATA_SOURCE_NAME` holds its conninfo or URI. Without it libpq takes all it needs from its own
    /// `PG*` variables.
    package static func fromEnvironment(
        _ environment: [String: String]
    ) throws(SettingsErrors) -> Settings {
        var main = Server(name: "main")
        let variable = "DATA_SOURCE_NAME"
        if let text = environment[variable], !text.isEmpty {
            let findings = Findings(file: variable)
            main.conninfo = try findings.settled(Value(text, findings).read(as: nil, .conninfo))
        }
        return Settings(servers: [main])
    }
}
