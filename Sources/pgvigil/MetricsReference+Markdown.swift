extension MetricsReference {
    /// The page `docs/metrics.md`.
    var markdown: String {
        let opening = """
            # Metrics

            Made by `pgvigil metrics`. Every series carries `server`, the target's name in the settings; \
            `pg_cluster` where it is set; and the target's own labels. Where PostgreSQL says NULL there \
            is no sample. A collector runs as often as said here unless the settings say otherwise, on \
            PostgreSQL \(Self.versions.lowerBound) to \(Self.versions.upperBound) unless it says less. \
            What leaves the rule of naming stands in [names.md](names.md).

            """
        return ([opening] + sections.map(\.markdown)).joined(separator: "\n")
    }
}

extension MetricsReference.Section {
    fileprivate var markdown: String {
        let rows = metrics.map { metric in
            let labels = metric.labels.map { "`\($0)`" }.joined(separator: ", ")
            return """
                | `\(metric.name)` | \(metric.type) | \(metric.unit ?? "") | \(labels) \
                | \(range(metric.since, metric.until)) | \(metric.help.replacing("|", with: "\\|")) |

                """
        }
        return """
            ## \(name)

            \(summary)\(facts)

            | metric | type | unit | labels | versions | meaning |
            |---|---|---|---|---|---|
            \(rows.joined())
            """
    }

    /// How it is collected; nothing for what is no collector's.
    private var facts: String {
        guard let cost else { return "" }
        let pace = intervalSeconds.map { "every \(Int($0)) s" } ?? "each poll"
        if let command {
            let choice = isOptIn == true ? " Off unless the settings switch it on." : ""
            return "\n\nCost class \(cost): \(pace).\(choice) Reads `\(command)`."
        }
        let limits = audience == "standbys" ? ", standbys only" : ""
        let rights = rights.isEmpty ? "" : " Needs \(rights.joined(separator: " and "))."
        let sources = reads.map { source in
            let range = range(source.since, source.until)
            return "`\(source.name)`" + (range.isEmpty ? "" : " (\(range))")
        }
        return """
            \n\nCost class \(cost): \(pace). Scope: \(scope ?? "")\(limits).\(rights) \
            Reads \(sources.joined(separator: ", ")).
            """
    }

    private func range(_ since: Int?, _ until: Int?) -> String {
        switch (since, until) {
        case (nil, nil): ""
        case (let since?, nil): "\(since)+"
        case (nil, let until?): "to \(until)"
        case (let since?, let until?): "\(since) to \(until)"
        }
    }
}
