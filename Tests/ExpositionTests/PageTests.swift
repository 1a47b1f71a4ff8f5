import Exposition
import Testing

@Suite struct PageTests {
    @Test func `families of several sources stand under one header, in the order of their names`() {
        let page = Page(
            [
                rendered("b", 1, of: "one"), rendered("a", 2, of: "one"), rendered("b", 3, of: "two"),
                rendered("a_b", 4, of: "two"),
            ], in: .openMetrics)
        #expect(
            page.text == """
                # TYPE a gauge
                # HELP a Of one.
                a{server="one"} 2
                # TYPE a_b gauge
                # HELP a_b Of two.
                a_b{server="two"} 4
                # TYPE b gauge
                # HELP b Of one.
                b{server="one"} 1
                b{server="two"} 3
                # EOF

                """)
    }

    @Test(arguments: Format.all)
    func `a page without samples is only its end`(_ format: Format) {
        let end = format.isOpenMetrics ? "# EOF\n" : ""
        #expect(Page([], in: format).text == end)
        #expect(Page(MetricFamily(Metric("a", .gauge, help: "A.")), in: format).text == end)
    }

    @Test func `an empty family leaves type and help to the others`() {
        let empty = RenderedFamily(MetricFamily(Metric("a", .unknown, help: "Empty.")), of: ["server": "one"])
        let page = Page([empty, rendered("a", 1, of: "two")], in: .text)
        #expect(page.text == "# TYPE a gauge\n# HELP a Of two.\na{server=\"two\"} 1\n")
    }

    @Test(arguments: Format.all)
    func `a page ends with a line break`(_ format: Format) throws {
        let page = Page([rendered("a", 1, of: "größe"), rendered("b", 2, of: "two")], in: format)
        #expect(page.text?.last == "\n")
    }

    private func rendered(_ name: MetricName, _ value: Int, of server: String) -> RenderedFamily {
        RenderedFamily(
            MetricFamily(name, .gauge, help: "Of \(server).", samples: [Sample(value)]),
            of: ["server": server])
    }
}
