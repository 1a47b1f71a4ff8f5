/// Lines that say what a run by hand does, and how long each step took.
enum StepReport {
    static func step(_ text: String, _ began: ContinuousClock.Instant) {
        print("\(text) (\(milliseconds(.now - began)))")
    }

    static func say(_ text: String) {
        print("    \(text)")
    }

    static func milliseconds(_ duration: Duration) -> String {
        "\((duration / .milliseconds(1) * 100).rounded() / 100) ms"
    }
}
