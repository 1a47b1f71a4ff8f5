extension Settings {
    /// These settings with what the command line says instead; nil leaves a setting as it is.
    ///
    /// - Parameters:
    ///   - listen: takes the place of all addresses of the file.
    ///   - interval: holds for all targets. A collector that would then run more often than its target
    ///     runs as often as its target.
    ///   - logLevel: a level as in the file.
    /// - Returns: a copy; the original stays what the file says.
    /// - Throws: the first option that is not allowed, named as the option.
    package func overriding(
        listen: [String]? = nil, interval: String? = nil, logLevel: String? = nil
    ) throws(SettingsErrors) -> Settings {
        var settings = self
        if let listen {
            settings.page.listen = try listen.map { address throws(SettingsErrors) in
                try Self.argument("--listen", address, .address)
            }
        }
        if let logLevel { settings.log.level = try Self.argument("--log-level", logLevel, .choice()) }
        if let interval {
            let interval = try Self.argument("--interval", interval, .duration(Server.intervals))
            settings.servers = servers.map { $0.polled(every: interval) }
            settings.poolers = poolers.map { $0.polled(every: interval) }
            settings.applicationPools = applicationPools.map { $0.polled(every: interval) }
        }
        return settings
    }

    private static func argument<T>(
        _ name: String, _ text: String, _ rule: Rule<T>
    ) throws(SettingsErrors) -> T {
        let findings = Findings(file: name)
        return try findings.settled(Value(text, findings).read(as: nil, rule))
    }
}
