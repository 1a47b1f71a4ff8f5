import FoundationEssentials

/// What is written as JSON for programs, its keys in snake case and in order.
protocol JSONWritten: Encodable {}

extension JSONWritten {
    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }
}
