extension Settings {
    /// A target of any kind, as the settings describe it.
    package enum Watched: Sendable, Equatable {
        case server(Server)
        case pooler(Pooler)

        package var name: String {
            switch self {
            case .server(let server): server.name
            case .pooler(let pooler): pooler.name
            }
        }
    }

    /// All targets, in the order of the file.
    package var watched: [Watched] {
        servers.map { .server($0) } + poolers.map { .pooler($0) }
    }
}
