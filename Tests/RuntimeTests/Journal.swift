import Synchronization

/// What happened, in the order in which it did.
final class Journal<Entry: Sendable>: Sendable {
    private let lines = Mutex<[Entry]>([])

    var entries: [Entry] { lines.withLock { $0 } }

    func note(_ entry: Entry) {
        lines.withLock { $0.append(entry) }
    }
}
