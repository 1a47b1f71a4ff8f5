import ArgumentParser
import Settings

/// A duration on the command line, as in the settings: `50ms`.
struct PaceArgument: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        guard let duration = DurationText.read(argument) else { return nil }
        self.duration = duration
    }
}
