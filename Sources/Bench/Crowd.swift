import Dispatch
import Postgres
import Synchronization

/// All clients of a workload, each on a thread of its own, which start together.
struct Crowd {
    let clients: Int
    let client: Client

    /// Blocks until all have ended.
    func run(_ material: Draw.Material, seed: UInt64) -> Tally {
        let total = Sum()
        let (ready, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let ended = DispatchSemaphore(value: 0)
        for number in 0..<clients {
            Thread.start { [client] in
                let draw = Draw(from: material, seed: seed &+ UInt64(number) &* 0x9E37_79B9)
                let tally = client.run(draw) {
                    ready.signal()
                    gate.wait()
                }
                total.add(tally)
                ended.signal()
            }
        }
        for _ in 0..<clients { ready.wait() }
        for _ in 0..<clients { gate.signal() }
        for _ in 0..<clients { ended.wait() }
        return total.tally
    }

    private final class Sum: Sendable {
        private let sum = Mutex(Tally())

        func add(_ tally: Tally) { sum.withLock { $0.add(tally) } }

        var tally: Tally { sum.withLock { $0 } }
    }
}
