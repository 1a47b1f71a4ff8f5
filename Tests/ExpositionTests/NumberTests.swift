import Exposition
import Testing

@Suite struct NumberTests {
    @Test(
        arguments: [
            (0, "0"), (-1, "-1"), (9_007_199_254_740_991, "9007199254740991"),
            (9_007_199_254_740_992, "9007199254740992"), (9_007_199_254_740_993, "9007199254740993"),
            (-9_007_199_254_740_993, "-9007199254740993"),
            (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
        ] as [(Int64, String)])
    func `integers are exact in every format`(_ value: Int64, _ text: String) {
        for format in Format.all {
            #expect(written(Sample(.integer(value)), in: format) == text)
        }
    }

    @Test(
        arguments: [
            (0, "0"), (-0.0, "-0.0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (0.0025, "0.0025"), (1e-5, "1e-05"),
            (1e6, "1000000"), (1e15, "1000000000000000"), (1.5e300, "1.5e+300"), (-2.5, "-2.5"),
            (0x1p53 - 1, "9007199254740991"), (0x1p53, "9007199254740992.0"),
            (-0x1p53, "-9007199254740992.0"),
            (0x1p53 + 2, "9.007199254740994e+15"), (0x1p63, "9.223372036854776e+18"),
            (-0x1p63, "-9.223372036854776e+18"), (0x1p63.nextDown, "9.223372036854775e+18"),
            (-0x1p63.nextUp, "-9.223372036854778e+18"), (1 / 3.0, "0.3333333333333333"),
            (.leastNonzeroMagnitude, "5e-324"), (-.leastNonzeroMagnitude, "-5e-324"),
            (.leastNormalMagnitude, "2.2250738585072014e-308"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (-.nan, "NaN"), (.signalingNaN, "NaN"),
        ] as [(Double, String)])
    func `reals are the shortest decimals that read back alike`(_ value: Double, _ text: String) {
        for format in Format.all {
            #expect(written(Sample(value), in: format) == text)
        }
    }

    @Test func `truth is one and falsehood nothing`() {
        #expect(written(Sample(true), in: .text) == "1")
        #expect(written(Sample(false), in: .text) == "0")
    }

    /// What Go's `%g` gives, with `.0` behind whole numbers.
    @Test(
        arguments: [
            (0, "0.0"), (1, "1.0"), (10, "10.0"), (0.25, "0.25"), (0.0025, "0.0025"), (0.0001, "0.0001"),
            (0.00012, "0.00012"), (0.0000999, "9.99e-05"), (1e-5, "1e-05"), (1.5e-5, "1.5e-05"),
            (1e-10, "1e-10"),
            (2.5e-100, "2.5e-100"), (.leastNonzeroMagnitude, "5e-324"), (99_999, "99999.0"),
            (100_000, "100000.0"),
            (999_999.5, "999999.5"), (1e6, "1e+06"), (1_048_576, "1.048576e+06"),
            (1_234_567.875, "1.234567875e+06"), (1e9, "1e+09"), (1.5e10, "1.5e+10"), (1e15, "1e+15"),
            (0x1p53, "9.007199254740992e+15"), (1e16, "1e+16"), (1.5e16, "1.5e+16"), (1e100, "1e+100"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
        ] as [(Double, String)])
    func `bounds are canonical in every format`(_ bound: Double, _ text: String) {
        let family = MetricFamily(
            "size", .histogram, help: "Sizes.", samples: [Sample(Histogram(bounds: [bound]))])
        for format in Format.all {
            #expect(
                Page(family, in: format).sampleLines.prefix(2)
                    == [#"size_bucket{le="\#(text)"} 0"#, #"size_bucket{le="+Inf"} 0"#])
        }
    }

    private func written(_ sample: Sample, in format: Format) -> String? {
        let page = Page(MetricFamily("number", .gauge, help: "A number.", samples: [sample]), in: format)
        return page.sampleLines.first.map { String($0.dropFirst("number ".count)) }
    }
}
