import Exposition
import Testing

@Suite struct HeaderTests {
    @Test(
        arguments: [
            ("x_total", .counter, "x_total counter", "x counter"),
            ("x", .gauge, "x gauge", "x gauge"),
            ("x", .histogram, "x histogram", "x histogram"),
            ("x_info", .info, "x_info gauge", "x info"),
            ("x", .unknown, "x untyped", "x unknown"),
        ] as [(MetricName, Metric.Kind, String, String)])
    func `each kind has its name and word in each format`(
        _ name: MetricName, _ kind: Metric.Kind, _ text: String, _ openMetrics: String
    ) {
        let family = family(name, kind)
        for format in Format.all {
            let line = format.isOpenMetrics ? openMetrics : text
            let word = line.prefix { $0 != " " }
            #expect(
                Page(family, in: format).headerLines == ["# TYPE \(line)", "# HELP \(word) What it counts."])
        }
    }

    @Test func `OpenMetrics names the unit between type and help`() {
        let family = family("x_seconds_total", .counter)
        #expect(
            Page(family, in: .openMetrics).headerLines == [
                "# TYPE x_seconds counter", "# UNIT x_seconds seconds", "# HELP x_seconds What it counts.",
            ])
        #expect(
            Page(family, in: .text).headerLines
                == ["# TYPE x_seconds_total counter", "# HELP x_seconds_total What it counts."])
    }

    @Test func `samples keep their suffix in every format`() {
        for format in Format.all {
            #expect(Page(family("x_total", .counter), in: format).sampleLines == ["x_total 1"])
            #expect(Page(family("x_info", .info), in: format).sampleLines == ["x_info 1"])
        }
    }

    @Test(
        arguments: [
            (#"a\b"#, #"a\\b"#, #"a\\b"#), ("a\nb", #"a\nb"#, #"a\nb"#), (#"a"b"#, #"a"b"#, #"a\"b"#),
            ("a\r\nb", "a\r\\nb", "a\r\\nb"), ("Größe 🐘", "Größe 🐘", "Größe 🐘"),
            (#"\n"#, #"\\n"#, #"\\n"#),
        ])
    func `help is escaped, quotes only in OpenMetrics`(
        _ help: String, _ text: String, _ openMetrics: String
    ) throws {
        let family = family("x", .gauge, help: help)
        for format in Format.all {
            let page = try #require(Page(family, in: format).text)
            #expect(page.contains("\n# HELP x \(format.isOpenMetrics ? openMetrics : text)\nx 1\n"))
        }
    }

    private func family(
        _ name: MetricName, _ kind: Metric.Kind, help: String = "What it counts."
    ) -> MetricFamily {
        let sample = kind == .histogram ? Sample(Histogram(bounds: [1])) : Sample(1)
        return MetricFamily(name, kind, help: help, samples: [sample])
    }
}
