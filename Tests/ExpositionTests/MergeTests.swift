import Testing

@testable import Exposition

@Suite struct MergeTests {
    private static func family(_ name: MetricName, _ values: [Int]) -> MetricFamily {
        MetricFamily(name, .gauge, help: "Test.", samples: values.map { Sample($0, labels: ["a": "\($0)"]) })
    }

    private let families = [family("a", [1]), family("b", [2]), family("a", [3]), family("b", [])]

    @Test func `families of one name become one, in the order in which they come`() {
        #expect(families.merged() == [Self.family("a", [1, 3]), Self.family("b", [2])])
    }

    @Test func `so do rendered ones`() {
        let joined = RenderedFamily.joined(families.map { RenderedFamily($0) })
        #expect(joined.map(\.metric.name) == ["a", "b"])
        #expect(joined.map(\.seriesCount) == [2, 1])
        let lines = joined.map { String(decoding: $0.samples(in: .text), as: UTF8.self) }
        #expect(lines == ["a{a=\"1\"} 1\na{a=\"3\"} 3\n", "b{a=\"2\"} 2\n"])
    }

    @Test func `exemplars come along where only one of them has any`() {
        let exemplar = Exemplar(1, labels: ["trace": "x"])
        let counters = [
            MetricFamily("c_total", .counter, help: "Test.", samples: [Sample(1, labels: ["a": "1"])]),
            MetricFamily(
                "c_total", .counter, help: "Test.",
                samples: [Sample(.integer(2), labels: ["a": "2"], exemplar: exemplar)]),
        ]
        let joined = RenderedFamily.joined(counters.map { RenderedFamily($0) })
        let text = joined.map { String(decoding: $0.samples(in: .openMetrics(.underscores)), as: UTF8.self) }
        #expect(text == ["c_total{a=\"1\"} 1\nc_total{a=\"2\"} 2 # {trace=\"x\"} 1\n"])
    }
}
