import Exposition

/// What this program is.
enum BuildInfo {
    static let version = "0.1.0"

    static var family: MetricFamily {
        MetricFamily(
            "pgvigil_build_info", .info,
            help: "Version of pgvigil and of the language that it was built with.",
            samples: [Sample(1, labels: ["version": version, "swift_version": swiftVersion])])
    }

    private static var swiftVersion: String {
        #if swift(>=6.4)
            "6.4 or later"
        #elseif swift(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
