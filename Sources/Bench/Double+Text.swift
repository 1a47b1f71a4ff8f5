extension Double {
    /// With so many decimals, whatever the locale.
    package func text(decimals: Int) -> String {
        guard isFinite, abs(self) < 1e15 else { return "\(self)" }
        let factor = (0..<decimals).reduce(1) { product, _ in product * 10 }
        let parts = Int((abs(self) * Double(factor)).rounded())
        let whole = "\(self < 0 && parts > 0 ? "-" : "")\(parts / factor)"
        guard decimals > 0 else { return whole }
        let digits = String(parts % factor)
        return "\(whole).\(String(repeating: "0", count: decimals - digits.count))\(digits)"
    }
}
