import Testing

@testable import Settings

@Suite struct DurationTests {
    @Test(
        arguments: [
            ("15s", .seconds(15)), ("1m", .seconds(60)), ("500ms", .milliseconds(500)),
            ("1h30m", .seconds(5400)),
            ("1d", .seconds(86_400)), ("1m30s500ms", .milliseconds(90_500)), ("090s", .seconds(90)),
            ("0s", .zero),
            ("999999999d", .seconds(999_999_999 * 86_400)),
        ] as [(String, Duration)])
    func `a duration is whole numbers with units`(_ text: String, _ duration: Duration) {
        #expect(DurationText.read(text) == duration)
    }

    @Test(arguments: [
        "", "15", "s", "15 s", "1.5s", "-1s", "+1s", "15S", "1y", "1s1m", "1m1m", "15sec", "1000000000s",
        "١s", "1h 30m",
    ])
    func `anything else is no duration`(_ text: String) {
        #expect(DurationText.read(text) == nil)
    }

    @Test(arguments: ["0s", "1s", "1m", "1h", "1d", "1h30m", "1m30s", "500ms", "1d1h1m1s1ms"])
    func `a duration is written as it is read`(_ text: String) throws {
        #expect(DurationText.write(try #require(DurationText.read(text))) == text)
    }
}
