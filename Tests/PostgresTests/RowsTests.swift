import Testing

@testable import Postgres

@Suite struct RowsTests {
    @Test(
        arguments: [
            ("0", 0), ("-9223372036854775808", .min), ("9223372036854775807", .max),
            ("9007199254740993", 9_007_199_254_740_993),
            ("9223372036854775808", nil), ("1.5", nil), ("", nil), ("12a", nil), (nil, nil),
        ] as [(String?, Int64?)])
    func `whole numbers are exact, and nothing else is one`(_ cell: String?, _ value: Int64?) {
        #expect(Rows(columns: ["x"], values: [[cell]]).integer(row: 0, column: 0) == value)
    }

    @Test(
        arguments: [
            ("1.5", 1.5), ("-1e-300", -1e-300), ("Infinity", .infinity),
            ("9223372036854775808", 9.223372036854775808e18),
            ("", nil), ("1.5 s", nil), (nil, nil),
        ] as [(String?, Double?)])
    func `numbers are read in place`(_ cell: String?, _ value: Double?) {
        #expect(Rows(columns: ["x"], values: [[cell]]).double(row: 0, column: 0) == value)
    }

    @Test func `columns are found by their exact names`() {
        let rows = Rows(columns: ["Name", "name"], values: [])
        #expect(rows.column("name") == 1)
        #expect(rows.column("Name") == 0)
        #expect(rows.column("NAME") == nil)
        #expect(rows.columns == ["Name", "name"])
    }
}
