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

extension [Settings.Watched] {
    /// The server at the end of the way that begins with what is behind a pool; nil where it ends elsewhere.
    package func server(behind name: String?) -> Settings.Server? {
        var next = name
        for _ in self {  // A way in a circle is no longer than they are many.
            switch first(where: { $0.name == next }) {
            case .server(let server): return server
            case .pooler(let pooler): next = pooler.behind
            case nil: return nil
            }
        }
        return nil
    }
}
