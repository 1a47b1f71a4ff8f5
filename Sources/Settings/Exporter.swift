extension Settings {
    /// An exporter whose names of metrics are served, too, on a page of their own.
    package enum Exporter: String, Sendable, CaseIterable {
        case pgbouncer = "pgbouncer_exporter"
    }
}

extension Rule where Output == Set<Settings.Exporter> {
    /// A list of at least one; naming one twice says no more than naming it once.
    static var exporters: Rule {
        Rule("a list of exporters: \(alternatives(Settings.Exporter.allCases.map(\.rawValue)))") {
            value throws(Refusal) in
            Set(try value.items().compactMap { $0.read(as: "compatibility", .choice()) })
        }
    }
}
