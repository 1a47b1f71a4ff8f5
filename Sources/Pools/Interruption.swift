import Synchronization

/// Ends the transfers that watch it, within a second, once and for good.
package final class Interruption: Sendable {
    private let fired = Atomic(false)

    package init() {}

    package var hasFired: Bool { fired.load(ordering: .acquiring) }

    package func fire() { fired.store(true, ordering: .releasing) }
}
