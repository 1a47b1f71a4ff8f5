import Exposition
import Testing

@Suite struct MetricTests {
    @Test(arguments: ["a", "_", "pg_up", "pg_stat_x9_total", "_1", "pg__x"])
    func `a metric name is of small letters, digits and underscores`(_ text: String) {
        #expect(MetricName(text)?.description == text)
    }

    @Test(arguments: [
        "", "1a", "A", "pgUp", "pg:up", "pg.up", "pg-up", "pg up", "pg\n", "größe", "pg\0", "a\u{301}",
    ])
    func `anything else is no metric name`(_ text: String) {
        #expect(MetricName(text) == nil)
    }

    @Test func `names are ordered by their bytes`() {
        let names: [MetricName] = ["b", "a_b", "a", "a1", "ab", "_"]
        #expect(names.sorted() == ["_", "a", "a1", "a_b", "ab", "b"])
    }

    @Test func `a literal that is no name stops the process`() async {
        await #expect(processExitsWith: .failure) { _ = "Not a name" as MetricName }
    }

    @Test func `a counter without _total stops the process`() async {
        await #expect(processExitsWith: .failure) { _ = Metric("x", .counter, help: "X.") }
    }

    @Test func `anything but a counter with _total stops the process`() async {
        await #expect(processExitsWith: .failure) { _ = Metric("x_total", .gauge, help: "X.") }
    }

    @Test func `an info without _info stops the process`() async {
        await #expect(processExitsWith: .failure) { _ = Metric("x", .info, help: "X.") }
    }

    @Test func `anything but an info with _info stops the process`() async {
        await #expect(processExitsWith: .failure) { _ = Metric("x_info", .unknown, help: "X.") }
    }

    @Test(
        arguments: [
            ("x_seconds", .gauge, "seconds"), ("x_seconds_total", .counter, "seconds"),
            ("x_bytes", .histogram, "bytes"), ("x_ratio", .unknown, "ratio"), ("x_bytes_read", .gauge, nil),
            ("x_seconds_info", .info, nil), ("x_milliseconds", .gauge, nil), ("x", .gauge, nil),
            ("seconds", .gauge, nil), ("x_seconds_", .gauge, nil),
        ] as [(MetricName, Metric.Kind, String?)])
    func `the unit is the end of the family's name`(_ name: MetricName, _ kind: Metric.Kind, _ unit: String?)
    {
        #expect(Metric(name, kind, help: "X.").unit == unit)
    }
}
