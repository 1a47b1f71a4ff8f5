import FoundationEssentials
import Logging
import Runtime
import Settings
import Synchronization

/// Where all loggers write, and what a reload can change of that.
final class LogOutput: Sendable {
    private let settings: Mutex<Settings.Log>
    fileprivate let isJournal = StandardError.isJournal(
        ProcessInfo.processInfo.environment["JOURNAL_STREAM"])

    init(_ settings: Settings.Log) {
        self.settings = Mutex(settings)
    }

    func change(to settings: Settings.Log) {
        self.settings.withLock { $0 = settings }
    }

    func logger() -> Logger {
        Logger(label: "pgvigil") { _ in LineHandler(output: self) }
    }

    fileprivate var current: Settings.Log { settings.withLock { $0 } }
}

/// Writes each message as one line of logfmt or JSON, for the journal with its level in front.
private struct LineHandler: LogHandler {
    let output: LogOutput
    var metadata: Logger.Metadata = [:]

    var logLevel: Logger.Level {
        get {
            switch output.current.level {
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            }
        }
        set {}  // Only the settings decide.
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = WallClock.text(of: WallClock.seconds)
        let own = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let pairs =
            [("time", time), ("level", event.level.rawValue), ("msg", "\(event.message)")]
            + own.map { ($0.key, "\($0.value)") }
        let line =
            switch output.current.format {
            case .logfmt: pairs.map { "\($0)=\(logfmt($1))" }.joined(separator: " ")
            case .json: "{\(pairs.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ","))}"
            }
        StandardError.print(output.isJournal ? "<\(priority(of: event.level))>\(line)" : line)
    }

    /// The journal's level, which it takes off the line (sd-daemon(3)).
    private func priority(of level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }

    private func logfmt(_ value: String) -> String {
        let isPlain =
            !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D }
        return isPlain ? value : quoted(value)
    }

    /// A JSON string, which logfmt takes too (RFC 8259, section 7).
    private func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += #"\""#
            case "\\": result += #"\\"#
            case "\n": result += #"\n"#
            case "\t": result += #"\t"#
            case _ where scalar.value < 0x20:
                result += #"\u00"# + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
