import Exposition
import Testing

@Suite struct ExemplarTests {
    private static let exemplar = Exemplar(0.5, labels: ["trace": "a\"b"], timestamp: 1_700_000_000.25)
    private static let written = #" # {trace="a\"b"} 0.5 1700000000.25"#

    @Test(arguments: Format.all)
    func `only OpenMetrics shows the exemplar of a counter`(_ format: Format) {
        let sample = Sample(.integer(3), labels: ["x": "y"], exemplar: Self.exemplar)
        let family = MetricFamily("c_total", .counter, help: "C.", samples: [sample, Sample(4)])
        let end = format.isOpenMetrics ? Self.written : ""
        #expect(Page(family, in: format).sampleLines == [#"c_total{x="y"} 3"# + end, "c_total 4"])
    }

    @Test(arguments: Format.all)
    func `only OpenMetrics shows the exemplar of a bucket`(_ format: Format) {
        var histogram = Histogram(bounds: [1])
        histogram.observe(0.5, exemplar: Exemplar(0.25, labels: ["trace": "old"]))
        histogram.observe(0.5, exemplar: Self.exemplar)
        histogram.observe(0.75)
        let family = MetricFamily("h", .histogram, help: "H.", samples: [Sample(histogram)])
        let end = format.isOpenMetrics ? Self.written : ""
        #expect(
            Page(family, in: format).sampleLines == [
                #"h_bucket{le="1.0"} 3"# + end, #"h_bucket{le="+Inf"} 3"#, "h_sum 1.75", "h_count 3",
            ])
    }

    @Test(arguments: [.gauge, .unknown, .info] as [Metric.Kind])
    func `nothing else has one`(_ kind: Metric.Kind) {
        let name: MetricName = kind == .info ? "x_info" : "x"
        let sample = Sample(.integer(1), exemplar: Self.exemplar)
        let page = Page(MetricFamily(name, kind, help: "X.", samples: [sample]), in: .openMetrics)
        #expect(page.sampleLines == ["\(name) 1"])
    }

    @Test func `an exemplar may lack labels and time`() {
        let sample = Sample(.real(1.5), exemplar: Exemplar(1, labels: [:]))
        let page = Page(MetricFamily("c_total", .counter, help: "C.", samples: [sample]), in: .openMetrics)
        #expect(page.sampleLines == ["c_total 1.5 # {} 1"])
    }
}
