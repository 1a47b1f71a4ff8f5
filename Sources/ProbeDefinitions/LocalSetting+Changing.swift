package import SQL

extension LocalSetting {
    /// What changes how a search runs, and nothing that protects the server or finds names.
    private static let changeablePrefixes = [
        "hnsw.", "ivfflat.", "diskann.", "vchordrq.", "vchordg.", "vectors.", "ruvector.", "scann.", "citus.",
        "enable_",
    ]
    private static let changeable = ["work_mem", "jit"]

    /// Whether a probe may change the setting of this name.
    package static func isChangeable(_ name: String) -> Bool {
        (changeable.contains(name) || changeablePrefixes.contains { name.hasPrefix($0) && name != $0 })
            && mayBeName(name)
    }

    /// The names that it may have, for people.
    package static var changeableNames: String {
        (changeablePrefixes.map { "\($0)*" } + changeable.dropLast()).joined(separator: ", ")
            + " or \(changeable.last ?? "")"
    }
}
