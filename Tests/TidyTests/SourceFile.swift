import Foundation

/// A Swift file of this package, as text.
struct SourceFile {
    /// From the package's folder on: `Sources/Postgres/Rows.swift`.
    let path: String
    let text: String

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    var lines: [Substring] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.dropLast()  // Nothing follows the last line's end.
    }

    var name: String { URL(filePath: path).deletingPathExtension().lastPathComponent }

    /// The text without comments and without what stands in quotes on one line.
    var code: String {
        text.replacing(/"(\\.|[^"\\\n])*"/, with: "\"\"").replacing(/\/\/[^\n]*/, with: "")
    }

    /// All below a folder of the package.
    static func all(under folder: String) throws -> [SourceFile] {
        let paths = FileManager.default.enumerator(atPath: root.appending(path: folder).path()) ?? .init()
        return try paths.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let path = "\(folder)/\(path)"
            return SourceFile(
                path: path, text: try String(contentsOf: root.appending(path: path), encoding: .utf8))
        }
    }
}
