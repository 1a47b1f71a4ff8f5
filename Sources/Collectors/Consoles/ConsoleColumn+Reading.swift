import Exposition

extension ConsoleColumn {
    /// The number as it stands there; whole numbers stay whole.
    static let number: Reading = { cells in
        cells[0].flatMap { text in
            Int64(text).map { .integer($0) } ?? Double(text).flatMap { $0.isFinite ? .real($0) : nil }
        }
    }

    /// A number of which 0 says that there is no limit, or nothing known.
    static let limit: Reading = { cells in
        number(cells).flatMap { $0 == .integer(0) || $0 == .real(0) ? nil : $0 }
    }

    /// The first column that there is: names change with versions.
    static let firstNumber: Reading = { cells in number([cells.lazy.compactMap(\.self).first]) }

    /// Microseconds as seconds.
    static let microseconds = divided(by: 1_000_000)

    /// Milliseconds as seconds.
    static let milliseconds = divided(by: 1000)

    /// 1 or 0 for what consoles write as truth.
    static let truth: Reading = { cells in
        switch cells[0]?.lowercased() {
        case "1", "t", "true", "yes", "on": .integer(1)
        case "0", "f", "false", "no", "off": .integer(0)
        default: nil
        }
    }

    /// Dividing rounds once; a product with a thousandth would round twice.
    private static func divided(by divisor: Double) -> Reading {
        { cells in cells[0].flatMap { Double($0) }.flatMap { $0.isFinite ? .real($0 / divisor) : nil } }
    }

    /// Whole seconds in the first column and the microseconds beyond them in the second.
    static let secondsAndMicroseconds: Reading = { cells in
        guard let seconds = cells[0].flatMap({ Double($0) }) else { return nil }
        let rest = cells[1].flatMap { Double($0) } ?? 0
        let value = (seconds * 1_000_000 + rest) / 1_000_000
        return value.isFinite ? .real(value) : nil
    }

    /// The first column without what the second says of it; never below 0.
    static let difference: Reading = { cells in
        guard case .integer(let all)? = number(cells) else { return nil }
        guard case .integer(let part)? = number([cells[1]]) else { return .integer(all) }
        let (rest, isTooLarge) = all.subtractingReportingOverflow(part)
        return isTooLarge ? nil : .integer(max(0, rest))
    }

    /// One less than the number: without ourselves.
    static let others: Reading = { cells in difference([cells[0], "1"]) }
}
