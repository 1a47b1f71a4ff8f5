import Testing

@testable import Probes

@Suite struct RotationTests {
    @Test func `without shuffling things come in their order, again and again`() {
        var rotation = Rotation(count: 3, seed: 42, isShuffled: false)
        #expect((0..<7).map { _ in rotation.next() } == [0, 1, 2, 0, 1, 2, 0])
    }

    @Test func `shuffled, each comes once in a round, and every round differs`() {
        var rotation = Rotation(count: 100, seed: 42, isShuffled: true)
        let rounds = (0..<5).map { _ in (0..<100).map { _ in rotation.next() } }
        for round in rounds { #expect(round.sorted() == Array(0..<100)) }
        #expect(Set(rounds).count == 5)
    }

    @Test func `the same seed gives the same order, another one another`() {
        var rotations = [42, 42, 43].map { Rotation(count: 50, seed: $0, isShuffled: true) }
        let orders = rotations.indices.map { index in (0..<120).map { _ in rotations[index].next() } }
        #expect(orders[0] == orders[1])
        #expect(orders[0] != orders[2])
    }

    @Test func `random numbers are those of the published generator`() {
        var random = SplitMix(seed: 1_234_567)
        #expect((0..<2).map { _ in random.next() } == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973])
    }

    @Test func `one thing comes always`() {
        var rotation = Rotation(count: 1, seed: 0, isShuffled: true)
        #expect((0..<3).map { _ in rotation.next() } == [0, 0, 0])
    }
}
