import Testing

@testable import Bench

@Suite struct LatencySketchTests {
    @Test func `every observation is kept to within a five-hundredth`() {
        let seconds = [0.000_002, 0.000_5, 0.001, 0.001, 0.25, 30]
        let counts = LatencySketch(Latencies(seconds)).counts
        #expect(counts.map { $0[1] } == [1, 1, 2, 1, 1])
        for (pair, exact) in zip(counts, [0.000_002, 0.000_5, 0.001, 0.25, 30]) {
            #expect(abs(LatencySketch.seconds(of: pair[0]) / exact - 1) < 0.002)
        }
    }

    @Test func `what is faster than a microsecond counts as one`() {
        #expect(LatencySketch(Latencies([0, 1e-9, 1e-6])).counts == [[0, 3]])
    }

    @Test(arguments: [
        ([[1, 2], [3, 4]], true), ([], true), ([[3, 4], [1, 2]], false), ([[1, 2], [1, 2]], false),
        ([[1]], false), ([[1, 0]], false), ([[-1, 1]], false), ([[10_001, 1]], false),
    ])
    func `a sketch of somebody else is checked`(_ counts: [[Int]], _ isSound: Bool) throws {
        let sketch = try JSON.decode(LatencySketch.self, #"{"counts": \#(counts)}"#)
        #expect(sketch.isSound == isSound)
    }
}
