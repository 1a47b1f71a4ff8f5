/// Lines that say what is well and what is not, with colour where a terminal shows them.
struct CheckReport: Sendable {
    let isColored: Bool
    /// Of the column that says what a line is about.
    let width: Int

    func title(_ text: String) {
        print("\n\(text)")
    }

    func good(_ subject: String, _ text: String) {
        line(colored("ok  ", 32), subject, text)
    }

    func bad(_ subject: String, _ text: String, remedy: String?) {
        line(colored("FAIL", 31), subject, text)
        if let remedy { mend(remedy) }
    }

    /// Something that works, and could say or do more.
    func note(_ subject: String, _ text: String, remedy: String? = nil) {
        line(colored("note", 33), subject, text)
        if let remedy { mend(remedy) }
    }

    private func mend(_ remedy: String) {
        print("        \(String(repeating: " ", count: width)) mend: \(remedy)")
    }

    private func line(_ mark: String, _ subject: String, _ text: String) {
        let padding = String(repeating: " ", count: max(0, width - subject.count))
        print("  \(mark)  \(subject)\(padding) \(text)")
    }

    private func colored(_ text: String, _ code: Int) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
