/// How numbers are written, alike in every format.
extension [UInt8] {
    mutating func append(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var (first, rest) = (count, value.magnitude)
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        var last = count - 1
        while first < last {  // The last digit came first.
            swapAt(first, last)
            (first, last) = (first + 1, last - 1)
        }
    }

    /// The shortest decimal that reads back as the same number; `NaN`, `+Inf`, `-Inf`.
    mutating func append(_ value: Double) {
        if value.magnitude < 0x1p53, let whole = Int64(exactly: value), value.sign == .plus || whole != 0 {
            append(whole)
        } else if value.isNaN {
            self += "NaN".utf8
        } else if value.isInfinite {
            self += (value < 0 ? "-Inf" : "+Inf").utf8
        } else {
            self += value.description.utf8
        }
    }

    /// A bucket's upper bound in OpenMetrics' canonical form in all formats: `1.0`, `0.25`, `1e-05`, `1e+06`.
    ///
    /// Prometheus 2 takes `le="1"` and `le="1.0"` for two series; Prometheus 3 makes them one.
    mutating func append(bound: Double) {
        if bound.isInfinite {
            self += "+Inf".utf8
        } else if abs(bound) >= 1e6 || (bound != 0 && abs(bound) < 1e-4) {
            self += Self.scientific(bound).utf8
        } else {
            self += bound.description.utf8
        }
    }

    /// Go's `%e` with the shortest mantissa and at least two digits of exponent.
    private static func scientific(_ value: Double) -> String {
        var exponent = 0
        var digits = abs(value).description
        if let e = digits.firstIndex(of: "e") {
            exponent = Int(digits[digits.index(after: e)...]) ?? 0
            digits = String(digits[..<e])
        }
        let parts = digits.split(separator: ".")
        let whole = parts[0]
        let fraction = parts.count > 1 && parts[1] != "0" ? parts[1] : ""
        var significant = (whole + fraction)[...]
        exponent += whole.count - 1
        while significant.first == "0" {
            significant.removeFirst()
            exponent -= 1
        }
        while significant.last == "0" { significant.removeLast() }
        let mantissa = significant.prefix(1) + (significant.count > 1 ? "." : "") + significant.dropFirst()
        let padding = abs(exponent) < 10 ? "0" : ""
        return "\(value < 0 ? "-" : "")\(mantissa)e\(exponent < 0 ? "-" : "+")\(padding)\(abs(exponent))"
    }
}
