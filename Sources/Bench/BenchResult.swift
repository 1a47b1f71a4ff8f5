import FoundationEssentials

/// What a run came to, as its file has it.
package struct BenchResult: Sendable, Equatable, Codable {
    /// Of the file; others are refused.
    package static let currentFormat = 1

    package var format = currentFormat
    package var program: String
    /// When the run began, as ISO 8601 has it.
    package var began: String
    package var profile: String
    package var seed: UInt64
    package var rows: Int
    package var dimensions: Int
    package var environment: Environment
    package var workloads: [WorkloadResult]

    /// The worst of all verdicts.
    package var verdict: ServiceTarget.Verdict { workloads.compactMap(\.verdict).max() ?? .ok }

    package var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            // A workload a line, so that two files can be held side by side.
            let whole = String(decoding: try encoder.encode(self), as: UTF8.self)
            return whole.replacing("{\"call_rate\"", with: "\n{\"call_rate\"") + "\n"
        }
    }
}

extension BenchResult {
    /// Throws what the decoder has to say, or that the file is of another format.
    package init(json: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(json.utf8))
        guard format == Self.currentFormat, workloads.allSatisfy({ $0.rounds.allSatisfy(\.isSound) }) else {
            throw BenchFileError.otherFormat
        }
    }
}

package enum BenchFileError: Error {
    case otherFormat
}

extension BenchResult {
    /// The server, as far as it matters to a result.
    package struct Environment: Sendable, Equatable, Codable {
        package var serverVersion: String
        package var extensionVersion: String
        /// As one of the bench's sessions has them.
        package var settings: [String: String]
        package var tableBytes: Int
        package var indexBytes: Int

        package init(
            serverVersion: String, extensionVersion: String, settings: [String: String], tableBytes: Int,
            indexBytes: Int
        ) {
            self.serverVersion = serverVersion
            self.extensionVersion = extensionVersion
            self.settings = settings
            self.tableBytes = tableBytes
            self.indexBytes = indexBytes
        }
    }
}
