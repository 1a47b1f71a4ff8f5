/// Into which databases of a server jobs look that have to look into each.
package enum DatabaseChoice: Sendable, Equatable {
    /// All that let us in.
    case all
    /// The one that the settings connect to.
    case own
    case named([String])

    func names(among existing: [String], own: String) -> [String] {
        switch self {
        case .all: existing
        case .own: [own]
        case .named(let names): names.filter(existing.contains)
        }
    }
}
