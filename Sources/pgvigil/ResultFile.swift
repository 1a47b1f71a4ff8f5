import ArgumentParser
import Bench
import FoundationEssentials

/// A file that holds the result of a command.
struct ResultFile {
    let path: String

    /// What stands for standard output.
    static let output = "-"

    /// Whether a result could go there, as far as can be told before there is one.
    var isWritable: Bool {
        let url = URL(filePath: path)
        var isFolder = false
        _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        return !isFolder && FileManager.default.isWritableFile(atPath: url.deletingLastPathComponent().path)
    }

    /// `command` stands before what is said where that fails.
    func write(_ json: String, of command: String) throws {
        do {
            try Data(json.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            StandardError.print("\(command): the result could not be written to \(path)")
            throw ExitCode.targetFailed
        }
    }

    /// The result of a bench, or a wrong command line where it is none.
    func read() throws -> BenchResult {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw ValidationError("\(path) cannot be read.")
        }
        do {
            return try BenchResult(json: String(decoding: data, as: UTF8.self))
        } catch {
            throw ValidationError("\(path) is no result of pgvigil bench, or of another version.")
        }
    }
}
