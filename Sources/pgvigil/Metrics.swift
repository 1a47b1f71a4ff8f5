import ArgumentParser
import FoundationEssentials

/// `pgvigil metrics`: what there is to see.
struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints every metric: its type, unit, labels, versions, source and cost.",
        discussion: """
              pgvigil metrics > docs/metrics.md
              pgvigil metrics --format json | jq -r '.sections[].metrics[].name'
            """)

    enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
        case markdown
        case json
    }

    @Option(help: "markdown or json.")
    var format = OutputFormat.markdown

    func run() throws {
        let reference = MetricsReference()
        switch format {
        case .markdown: print(reference.markdown, terminator: "")
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            print(String(decoding: try encoder.encode(reference), as: UTF8.self))
        }
    }
}
