import Exposition
import Postgres
import Testing

@testable import Collectors

/// How the texts of a console become numbers.
@Suite struct ConsoleColumnTests {
    @Test(
        arguments: [
            (["7"], .integer(7)), (["-1"], .integer(-1)), (["0.5"], .real(0.5)), (["1e3"], .real(1000)),
            (["9007199254740993"], .integer(9_007_199_254_740_993)),
            (["18446744073709551615"], .real(18_446_744_073_709_551_616)),
            ([nil], nil), ([""], nil), (["-"], nil), (["nan"], nil), (["inf"], nil), (["12 kB"], nil),
        ] as [([String?], Sample.Value?)])
    func `a number is read as it stands there`(_ cells: [String?], _ value: Sample.Value?) {
        #expect(ConsoleColumn.number(cells) == value)
    }

    @Test(
        arguments: [("0", nil), ("0.0", nil), ("5", .integer(5)), (nil, nil)] as [(String?, Sample.Value?)])
    func `a limit of 0 is none`(_ cell: String?, _ value: Sample.Value?) {
        #expect(ConsoleColumn.limit([cell]) == value)
    }

    @Test func `of two names of a column the one that is there is read`() {
        #expect(ConsoleColumn.firstNumber(["3", nil]) == .integer(3))
        #expect(ConsoleColumn.firstNumber([nil, "4"]) == .integer(4))
        #expect(ConsoleColumn.firstNumber([nil, nil]) == nil)
    }

    @Test func `microseconds and milliseconds become seconds`() {
        #expect(ConsoleColumn.microseconds(["2500000"]) == .real(2.5))
        #expect(ConsoleColumn.milliseconds(["12.5"]) == .real(0.0125))
        #expect(ConsoleColumn.microseconds([""]) == nil)
        #expect(ConsoleColumn.microseconds([nil]) == nil)
    }

    @Test func `a wait is whole seconds and the microseconds beyond them`() {
        #expect(ConsoleColumn.secondsAndMicroseconds(["2", "250000"]) == .real(2.25))
        #expect(ConsoleColumn.secondsAndMicroseconds(["0", "1500"]) == .real(0.0015))
        #expect(ConsoleColumn.secondsAndMicroseconds(["3", nil]) == .real(3))
        #expect(ConsoleColumn.secondsAndMicroseconds([nil, "5"]) == nil)
    }

    @Test(
        arguments: [
            ("1", 1), ("t", 1), ("yes", 1), ("on", 1), ("TRUE", 1), ("0", 0), ("f", 0), ("no", 0), ("off", 0),
            ("maybe", nil), ("", nil), (nil, nil),
        ] as [(String?, Int64?)])
    func `truth is read in every console's way of writing it`(_ cell: String?, _ value: Int64?) {
        #expect(ConsoleColumn.truth([cell]) == value.map { .integer($0) })
    }

    @Test func `our own connection is taken off, and nothing is below 0`() {
        #expect(ConsoleColumn.others(["8"]) == .integer(7))
        #expect(ConsoleColumn.others(["0"]) == .integer(0))
        #expect(ConsoleColumn.others([nil]) == nil)
        #expect(ConsoleColumn.difference(["5", "2"]) == .integer(3))
        #expect(ConsoleColumn.difference(["5", nil]) == .integer(5))
        #expect(ConsoleColumn.difference(["1", "2"]) == .integer(0))
        #expect(ConsoleColumn.difference(["\(Int64.max)", "-1"]) == nil)
        #expect(ConsoleColumn.others(["\(Int64.min)"]) == nil)
    }

    @Test(
        arguments: [
            ("1970-01-01 00:00:00", 0), ("2000-02-29 12:00:01", 951_825_601),
            ("2026-11-21 16:05:14", 1_795_277_114), ("2026-03-01 00:00:00", 1_772_323_200),
            ("", nil), ("2026-11-21", nil), ("2026-13-01 00:00:00", nil), ("soon 16:05:14", nil),
        ] as [(String, Int64?)])
    func `a moment is read where there is one`(_ text: String, _ seconds: Int64?) {
        #expect(Moment(text)?.seconds == seconds)
    }
}
