extension Settings {
    /// What is written to standard error, and how.
    package struct Log: Sendable, Equatable {
        package enum Level: String, Sendable, CaseIterable {
            case debug, info, notice, warning, error
        }

        package enum Format: String, Sendable, CaseIterable {
            case logfmt, json
        }

        package var level = Level.info
        package var format = Format.logfmt
    }
}

extension Settings.Log {
    static func read(from map: inout MapReader) -> Self {
        var log = Self()
        map.read("level", .choice(), into: &log.level)
        map.read("format", .choice(), into: &log.format)
        return log
    }
}
