import Runtime
import Testing

@Suite struct WallClockTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399.999, "2000-02-28T23:59:59.999Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_772_323_199.125, "2026-02-28T23:59:59.125Z"),
            (1_772_323_200, "2026-03-01T00:00:00.000Z"),
            (1_798_761_599.5, "2026-12-31T23:59:59.500Z"),
            (1_798_761_600, "2027-01-01T00:00:00.000Z"),
            (1_835_395_200, "2028-02-29T00:00:00.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ] as [(Double, String)])
    func `a moment is written in UTC to the millisecond`(seconds: Double, text: String) {
        #expect(WallClock.text(of: seconds) == text)
    }
}
