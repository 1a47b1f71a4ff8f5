import Probes
import Settings

/// A server and what is probed on it, as the settings say.
struct Watched: Sendable, Equatable {
    let server: Settings.Server
    var searches: [SearchProbe] = []
    var customs: [CustomProbe] = []
    /// Whether vector indexes that no probe searches get one.
    var discoversSearches = false
}

extension Settings {
    /// The servers with their probes.
    var watched: [Watched] {
        servers.map { Watched(server: $0, discoversSearches: true) }
    }
}
