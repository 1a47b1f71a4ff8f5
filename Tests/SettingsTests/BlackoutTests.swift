import ProbeDefinitions
import Testing

@testable import Settings

/// Spans of a week in seconds since Monday 00:00 UTC.
@Suite struct BlackoutTests {
    @Test(arguments: [
        ("Mon 02:00-04:00 UTC", 7200, 14_400), ("Tue 00:00-24:00 UTC", 86_400, 172_800),
        ("Sun 22:00-24:00 UTC", 597_600, 604_800), ("Sun 23:30-01:15 UTC", 603_000, 4500),
        ("Wed 23:00-01:00 UTC", 255_600, 262_800), ("Sat 00:00-00:01 UTC", 432_000, 432_060),
        ("Sun 22:00-00:00 UTC", 597_600, 604_800),
    ])
    func `a span is read`(_ text: String, _ start: Int, _ end: Int) throws {
        let spans = try #require(Blackout.read(text))
        #expect(spans.map(\.start) == [start])
        #expect(spans.map(\.end) == [end])
    }

    @Test func `a daily span is one of each day`() throws {
        let spans = try #require(Blackout.read("daily 23:00-01:00 UTC"))
        #expect(spans.map(\.start) == (0..<7).map { $0 * 86_400 + 82_800 })
        #expect(spans.map(\.end) == [90_000, 176_400, 262_800, 349_200, 435_600, 522_000, 3600])
    }

    @Test(arguments: [
        "", "Mon", "02:00-04:00 UTC", "Mon 02:00-04:00", "Mon 02:00-04:00 CET", "mon 02:00-04:00 UTC",
        "Mon 2:00-04:00 UTC", "Mon 02:00 UTC", "Mon 02:00-04:00-05:00 UTC", "Mon 02:60-04:00 UTC",
        "Mon 24:00-01:00 UTC", "Mon 02:00-24:01 UTC", "Mon 02:00-02:00 UTC", "Mon  02:00-04:00 UTC",
        "Mon 02:00-04:00 UTC ", "Mon 02:+0-04:00 UTC",
    ])
    func `anything else is no span`(_ text: String) {
        #expect(Blackout.read(text) == nil)
    }
}
