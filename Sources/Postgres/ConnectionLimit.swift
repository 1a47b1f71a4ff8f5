import Synchronization

/// How many connections one server may have from us, counted as the server sees them.
package final class ConnectionLimit: Sendable {
    private let free: Mutex<Int>

    package init(_ limit: Int) {
        free = Mutex(limit)
    }

    /// A place for one more connection; nil where all are taken.
    package func take() -> Place? {
        let isFree = free.withLock { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
        return isFree ? Place(of: self) : nil
    }

    fileprivate func giveBack() {
        free.withLock { $0 += 1 }
    }

    /// One connection's place, given back when nobody holds it any more.
    package final class Place: Sendable {
        private let limit: ConnectionLimit

        fileprivate init(of limit: ConnectionLimit) {
            self.limit = limit
        }

        deinit {
            limit.giveBack()
        }
    }
}
