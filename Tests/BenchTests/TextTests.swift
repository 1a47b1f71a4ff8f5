import Testing

@testable import Bench

@Suite struct TextTests {
    @Test(arguments: [
        (0.0, 2, "0.00"), (-0.001, 2, "0.00"), (-1.5, 1, "-1.5"), (0.999, 2, "1.00"), (12.345, 1, "12.3"),
        (1e20, 1, "1e+20"), (.infinity, 1, "inf"), (7, 0, "7"), (3.04, 2, "3.04"),
    ])
    func `numbers have the decimals that were asked for`(_ value: Double, _ decimals: Int, _ text: String) {
        #expect(value.text(decimals: decimals) == text)
    }
}
