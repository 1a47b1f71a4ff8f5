/// Which of `count` things comes next: each once in a round, rounds in different orders where shuffled.
///
/// With the same seed always the same, so that what is measured in one run compares with the next.
package struct Rotation: Sendable {
    private var order: [Int]
    private var position = 0
    private let isShuffled: Bool
    private var generator: SplitMix

    /// - Precondition: `count` is not 0.
    package init(count: Int, seed: UInt64, isShuffled: Bool) {
        precondition(count > 0)
        order = Array(0..<count)
        self.isShuffled = isShuffled
        generator = SplitMix(seed: seed)
        if isShuffled { order.shuffle(using: &generator) }
    }

    package mutating func next() -> Int {
        if position == order.count {
            position = 0
            if isShuffled { order.shuffle(using: &generator) }
        }
        defer { position += 1 }
        return order[position]
    }
}
