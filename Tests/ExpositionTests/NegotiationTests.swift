import Exposition
import Testing

/// RFC 9110, section 12, and the headers that Prometheus really sends.
@Suite struct NegotiationTests {
    @Test(
        arguments: [
            // Prometheus 2.42.
            (
                "application/openmetrics-text;version=1.0.0,"
                    + "application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                .openMetrics(.underscores)
            ),
            // Prometheus 2.42 with native histograms.
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
                    + "application/openmetrics-text;version=1.0.0;q=0.8,"
                    + "application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                .openMetrics(.underscores)
            ),
            // Prometheus 3.
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,"
                    + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                .openMetrics(.allowUTF8)
            ),
            // Prometheus 3 that was told to scrape text.
            (
                "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.2",
                .escapedText(.allowUTF8)
            ),
            ("text/plain;version=0.0.4;q=0.6,*/*;q=0.2", .text),
            ("application/openmetrics-text;version=0.0.1;q=0.6,*/*;q=0.2", .oldOpenMetrics),
            // A browser.
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", .text),
        ] as [(String, Format)])
    func `known clients get the format that they like best`(_ accept: String, _ format: Format) {
        #expect(Negotiation.format(accept: accept) == format)
    }

    @Test(
        arguments: [
            nil, "", "*/*", "text/*", "text/plain", "text/html", ",", ",,;q=1", ";version=1.0.0", "nonsense",
            "application/json", "application/openmetrics-text;version=2.0.0",
            "application/openmetrics-text;version=1.0", "text/plain;version=0.0.5",
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
            "*/*;q=0", "text/plain;q=0", "application/openmetrics-text;version=1.0.0;q=0",
            "application/openmetrics-text;version=1.0.0;q=0.000", String(repeating: "a,", count: 10_000),
        ] as [String?])
    func `whoever asks for nothing of ours gets text`(_ accept: String?) {
        #expect(Negotiation.format(accept: accept) == .text)
    }

    @Test(
        arguments: [
            "application/openmetrics-text;version=1.0.0",
            "Application/OpenMetrics-Text; Version=1.0.0",
            "  application/openmetrics-text ;\tversion=\"1.0.0\" ; charset=utf-8 ; q=1.000  ",
            "application/openmetrics-text;version=1.0.0;q=0.001",
            "application/openmetrics-text;version=1.0.0;;charset=utf-16",
            "*/*;q=0.1,application/openmetrics-text;version=1.0.0;q=0.2",
            "text/plain;q=0.999,application/openmetrics-text;version=1.0.0;q=1",
            "application/openmetrics-text;version=1.0.0,text/plain",
            "text/plain;q=0,application/openmetrics-text;version=1.0.0;q=0.3",
        ])
    func `OpenMetrics is found however its clause is written`(_ accept: String) {
        #expect(Negotiation.format(accept: accept) == .openMetrics)
    }

    @Test(arguments: [
        "2", "1.001", "1.0000", "0.0001", "-0", "-1", "+1", ".5", "0,5", "0.5x", "0x1", "1e0", "nan", "",
        "\"1\"",
        "0.\u{661}", "0.1\u{301}",
    ])
    func `a clause whose quality is none does not count`(_ quality: String) {
        let accept =
            "application/openmetrics-text;version=1.0.0;q=\(quality),text/plain;version=1.0.0;q=0.001"
        #expect(Negotiation.format(accept: accept) == .escapedText(.underscores))
    }

    @Test(arguments: ["0.", "0.5", "0.50", "0.500", "1", "1.", "1.0", "1.00", "1.000"])
    func `a quality has at most three decimals`(_ quality: String) {
        let accept = "text/plain;version=0.0.4;q=0.3,application/openmetrics-text;version=1.0.0;q=\(quality)"
        #expect(Negotiation.format(accept: accept) == (quality == "0." ? .text : .openMetrics))
    }

    @Test(
        arguments: [
            ("application/openmetrics-text;version=1.0.0;broken,text/plain;version=1.0.0;q=0.1", "1.0.0"),
            ("application/openmetrics-text;version=,text/plain;version=1.0.0;q=0.1", "1.0.0"),
            (";;;,=,q=1,text/plain;version=1.0.0;q=0.1", "1.0.0"),
        ])
    func `a malformed clause does not spoil the others`(_ accept: String, _ version: String) {
        #expect(Negotiation.format(accept: accept) == .escapedText(.underscores))
    }

    @Test(
        arguments: [
            (
                "text/plain;version=1.0.0,application/openmetrics-text;version=1.0.0",
                .escapedText(.underscores)
            ),
            (
                "application/openmetrics-text;version=1.0.0,text/plain;version=1.0.0",
                .openMetrics(.underscores)
            ),
            ("*/*,application/openmetrics-text;version=1.0.0", .text),
            ("text/html,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;q=0.5", .oldOpenMetrics),
        ] as [(String, Format)])
    func `of equal clauses the first wins`(_ accept: String, _ format: Format) {
        #expect(Negotiation.format(accept: accept) == format)
    }

    @Test(
        arguments: [
            ("application/openmetrics-text", .oldOpenMetrics), ("application/*", .oldOpenMetrics),
            ("text/plain", .text), ("text/*", .text),
            ("application/*;q=0.5,text/*;q=0.4", .oldOpenMetrics),
            ("application/openmetrics-text;version=0.0.1;q=0,application/*", .text),
            (
                "application/openmetrics-text;q=0,application/*,text/plain;version=1.0.0;q=0.1",
                .escapedText(.underscores)
            ),
            ("application/*;q=0,application/openmetrics-text;q=0.1", .oldOpenMetrics),
        ] as [(String, Format)])
    func `a clause without a version means the oldest one`(_ accept: String, _ format: Format) {
        #expect(Negotiation.format(accept: accept) == format)
    }

    @Test(
        arguments: [
            (";escaping=allow-utf-8", .allowUTF8), (";escaping=underscores", .underscores),
            (";escaping=dots", .dots), (";escaping=values", .values), (";escaping=Values", .values),
            (";escaping=\"dots\"", .dots), (";escaping=none", .underscores), ("", .underscores),
        ] as [(String, Format.Escaping)])
    func `the escaping that was asked for is echoed`(_ parameter: String, _ escaping: Format.Escaping) {
        let openMetrics = Negotiation.format(accept: "application/openmetrics-text;version=1.0.0" + parameter)
        #expect(openMetrics == .openMetrics(escaping))
        let text = Negotiation.format(accept: "text/plain;version=1.0.0" + parameter)
        #expect(text == .escapedText(escaping))
        #expect(text.contentType.hasSuffix("; escaping=\(escaping.rawValue)"))
    }

    @Test func `the escaping of another clause is not echoed`() {
        let accept = "text/plain;version=1.0.0;escaping=dots;q=0.5,application/openmetrics-text;version=1.0.0"
        #expect(Negotiation.format(accept: accept) == .openMetrics(.underscores))
    }

    @Test(
        arguments: [
            (.text, "text/plain; version=0.0.4; charset=utf-8"),
            (.escapedText(.dots), "text/plain; version=1.0.0; charset=utf-8; escaping=dots"),
            (.oldOpenMetrics, "application/openmetrics-text; version=0.0.1; charset=utf-8"),
            (
                .openMetrics(.allowUTF8),
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"
            ),
        ] as [(Format, String)])
    func `each format says what it is`(_ format: Format, _ contentType: String) {
        #expect(format.contentType == contentType)
    }

    @Test func `a header longer than eight kilobytes is taken for none`() {
        let accept = "application/openmetrics-text;version=1.0.0,"
        let padding = String(repeating: ",", count: 8192 - accept.utf8.count)
        #expect(Negotiation.format(accept: accept + padding) == .openMetrics)
        #expect(Negotiation.format(accept: accept + padding + ",") == .text)
        #expect(!Negotiation.wantsGzip(acceptEncoding: "gzip" + padding + accept))
    }

    @Test(
        arguments: [
            "gzip", "GZip", "x-gzip", " gzip ; q=0.5 ", "gzip;q=0.001", "*", "*;q=0.5",
            "gzip, deflate, br, zstd",
            "deflate, gzip;q=1.0, *;q=0.5", "gzip,identity", "gzip;q=0.5,identity;q=0.5", "identity;q=0",
            "identity;q=0, br", "identity;q=0,*;q=0.1", "*;q=0,gzip", "gzip;q=0.5,*;q=0.3",
            "identity;q=0.3,*;q=0.5", "zstd;q=2,gzip",
        ])
    func `a page is compressed where gzip is at least as welcome as plain bytes`(_ acceptEncoding: String) {
        #expect(Negotiation.wantsGzip(acceptEncoding: acceptEncoding))
    }

    @Test(
        arguments: [
            nil, "", "identity", "gzip;q=0", "gzip;q=0,*", "*;q=0", "br, zstd", "deflate",
            "gzip;q=0,identity;q=0",
            "identity;q=0,*;q=0", "identity,gzip;q=0.5", "identity;q=0.6,*;q=0.5", "gzip;q=0.3,*;q=0.5",
            "gzip;q=2", "gzip;q", "gzipped", "gzip;q=0.000",
        ] as [String?])
    func `a page is not compressed for anybody else`(_ acceptEncoding: String?) {
        #expect(!Negotiation.wantsGzip(acceptEncoding: acceptEncoding))
    }
}
