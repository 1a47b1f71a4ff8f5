import Foundation

/// A program that reads back what we wrote.
struct Program {
    struct Outcome {
        let status: Int32
        let output: [UInt8]
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    private let path: URL

    init(at path: String) {
        self.path = URL(filePath: path)
    }

    /// The first program of that name on the `PATH`; nil where there is none.
    init?(named name: String) {
        let folders = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":")
        guard
            let path = folders.map({ "\($0)/\(name)" })
                .first(where: { FileManager.default.isExecutableFile(atPath: $0) })
        else { return nil }
        self.init(at: path)
    }

    /// Runs it with the input; what it prints, errors too, is the output.
    func run(_ arguments: String..., input: some Sequence<UInt8>) throws -> Outcome {
        // A file, since a pipe would block where the program prints before it has read all.
        let file = FileManager.default.temporaryDirectory.appending(path: "exposition-\(UUID().uuidString)")
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        let output = Pipe()
        process.executableURL = path
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: Array(printed))
    }
}
