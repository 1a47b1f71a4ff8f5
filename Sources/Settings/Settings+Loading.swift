extension Settings {
    /// A settings file may be at most this long, in bytes.
    package static let longestFile = 1 << 20

    /// The settings in a YAML file.
    ///
    /// - Parameters:
    ///   - file: its path; messages begin with it.
    ///   - surroundings: what the settings refer to elsewhere in the program.
    /// - Returns: settings without a problem.
    /// - Throws: all problems of the file at once. No message holds a value of the file.
    package static func load(
        file: String, in surroundings: Surroundings
    ) throws(SettingsErrors) -> Settings {
        let bytes: [UInt8]
        do throws(Refusal) {
            bytes = try readFile(file)
        } catch {
            throw SettingsErrors([Problem(file: file, position: nil, text: error.found)])
        }
        return try load(bytes, file: file, in: surroundings)
    }

    /// The settings in the bytes of a YAML file; `file` is only for messages.
    package static func load(
        _ bytes: [UInt8], file: String, in surroundings: Surroundings
    ) throws(SettingsErrors) -> Settings {
        let findings = Findings(file: file)
        var settings = try findings.settled(read(bytes, into: findings, in: surroundings))
        settings.notes = findings.advice
        return settings
    }

    /// As far as the bytes can be understood; what is wrong with them goes to `findings`.
    static func read(_ bytes: [UInt8], into findings: Findings, in surroundings: Surroundings) -> Settings? {
        let text = checkedText(bytes, findings)
        return text.flatMap { yamlRoot(of: $0, findings) }?.read(
            as: nil, .map("") { map in read(from: &map, in: surroundings) })
    }

    /// One server named "main", for a start without a settings file.
    ///
    /// `DATA_SOURCE_NAME` holds its conninfo or URI. Without it libpq takes all it needs from its own
    /// `PG*` variables.
    package static func fromEnvironment(
        _ environment: [String: String], in surroundings: Surroundings
    ) throws(SettingsErrors) -> Settings {
        var main = Server(name: "main")
        let variable = "DATA_SOURCE_NAME"
        if let text = environment[variable], !text.isEmpty {
            let findings = Findings(file: variable)
            main.conninfo = try findings.settled(
                Value(text, findings).read(as: nil, .conninfo(isReadable: surroundings.isReadable)))
        }
        return Settings(servers: [main])
    }
}
