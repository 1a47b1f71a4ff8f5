/// Lines that say what is well and what is not, with colour where a terminal shows them.
struct CheckReport: Sendable {
    let isColored: Bool

    func title(_ text: String) {
        print("\n\(text)")
    }

    func good(_ subject: String, _ text: String) {
        line(colored("ok  ", 32), subject, text)
    }

    func bad(_ subject: String, _ text: String, remedy: String?) {
        line(colored("FAIL", 31), subject, text)
        if let remedy { print("        \(String(repeating: " ", count: Self.width)) mend: \(remedy)") }
    }

    private static let width = 12

    private func line(_ mark: String, _ subject: String, _ text: String) {
        let padding = String(repeating: " ", count: max(0, Self.width - subject.count))
        print("  \(mark)  \(subject)\(padding) \(text)")
    }

    private func colored(_ text: String, _ code: Int) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
