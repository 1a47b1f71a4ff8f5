import Logging

/// A logger whose lines a test reads.
struct CapturedLog: Sendable {
    private let journal = Journal<String>()

    /// Each as `level message key=value …`, by key.
    var lines: [String] { journal.entries }

    var logger: Logger {
        Logger(label: "") { [journal] _ in Handler(journal: journal) }
    }

    private struct Handler: LogHandler {
        let journal: Journal<String>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let pairs = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
            journal.note(
                (["\(event.level)", "\(event.message)"] + pairs.map { "\($0)=\($1)" }).joined(separator: " "))
        }
    }
}
