import Exposition
import Testing

@Suite struct HistogramTests {
    @Test func `buckets are cumulative, then come sum and count`() {
        var histogram = Histogram(bounds: [0.25, 1])
        for value in [0.25, 0.1, 0.5, 2, 1] { histogram.observe(value) }
        let family = MetricFamily(
            "x_seconds", .histogram, help: "X.", samples: [Sample(histogram, labels: ["a": "b"])])
        for format in Format.all {
            #expect(
                Page(family, in: format).sampleLines == [
                    #"x_seconds_bucket{a="b",le="0.25"} 2"#, #"x_seconds_bucket{a="b",le="1.0"} 4"#,
                    #"x_seconds_bucket{a="b",le="+Inf"} 5"#, #"x_seconds_sum{a="b"} 3.85"#,
                    #"x_seconds_count{a="b"} 5"#,
                ])
        }
    }

    @Test func `a histogram without bounds has the last bucket`() {
        var histogram = Histogram(bounds: [])
        histogram.observe(7)
        let family = MetricFamily("x", .histogram, help: "X.", samples: [Sample(histogram)])
        #expect(Page(family, in: .text).sampleLines == [#"x_bucket{le="+Inf"} 1"#, "x_sum 7", "x_count 1"])
    }

    @Test(arguments: [(0, 0), (1, 0), (1.0.nextUp, 1), (2, 1), (2.5, 2), (.infinity, 2)] as [(Double, Int)])
    func `a bound belongs to its bucket`(_ value: Double, _ bucket: Int) {
        var histogram = Histogram(bounds: [1, 2])
        histogram.observe(value)
        #expect(histogram.counts.firstIndex(of: 1) == bucket)
    }

    @Test func `lines of a label set stand together, each a series`() {
        let samples = ["a", "b"].map { Sample(Histogram(bounds: [1]), labels: ["x": $0]) }
        let rendered = RenderedFamily(
            MetricFamily("h", .histogram, help: "H.", samples: samples), of: ["s": "1"])
        #expect(rendered.seriesCount == 8)
        #expect(
            Page([rendered], in: .openMetrics).sampleLines == [
                #"h_bucket{s="1",x="a",le="1.0"} 0"#, #"h_bucket{s="1",x="a",le="+Inf"} 0"#,
                #"h_sum{s="1",x="a"} 0"#, #"h_count{s="1",x="a"} 0"#,
                #"h_bucket{s="1",x="b",le="1.0"} 0"#, #"h_bucket{s="1",x="b",le="+Inf"} 0"#,
                #"h_sum{s="1",x="b"} 0"#, #"h_count{s="1",x="b"} 0"#,
            ])
    }

    @Test func `bounds that do not rise stop the process`() async {
        await #expect(processExitsWith: .failure) { _ = Histogram(bounds: [1, 1]) }
    }

    @Test func `an infinite bound stops the process`() async {
        await #expect(processExitsWith: .failure) { _ = Histogram(bounds: [1, .infinity]) }
    }

    /// OpenMetrics forbids the sum beside negative buckets, and the text format wants it.
    @Test func `a negative bound stops the process`() async {
        await #expect(processExitsWith: .failure) { _ = Histogram(bounds: [-1, 1]) }
    }
}
