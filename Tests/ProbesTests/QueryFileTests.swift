import Foundation
import Testing

@testable import Probes

@Suite final class QueryFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "pgvigil-\(UUID())")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    @Test func `a text file has a vector a line, as pgvector writes it`() throws {
        #expect(
            try read("q.txt", "[1,2]\n\n [3, 4] \r\n[5,6]")
                == [[1, 2], [3, 4], [5, 6]].map(VectorValue.dense))
        #expect(try read("q.txt", "0101\n1100\n").map(\.text) == ["0101", "1100"])
        #expect(try read("q.txt", "{1:1}/9\n{}/9\n").map(\.text) == ["{1:1}/9", "{}/9"])
    }

    @Test func `a line of JSON is an array, or an object that has one`() throws {
        let text = #"""
            [0.5, 1]
            {"id": 7, "embedding": [2, 3e0], "text": "x"}
            {"vector": [4, 5]}
            """#
        #expect(try read("q.jsonl", text) == [[0.5, 1], [2, 3], [4, 5]].map(VectorValue.dense))
    }

    @Test func `fvecs has each vector's length before it`() throws {
        let bytes = Self.fvecs([[1, -2.5, 3], [4, 5, 6]])
        #expect(try read("q.fvecs", bytes) == [[1, -2.5, 3], [4, 5, 6]].map(VectorValue.dense))
    }

    @Test(arguments: ["f2", "f4", "f8"], [1, 2])
    func `npy is a matrix of a vector a row`(_ type: String, _ version: UInt8) throws {
        let bytes = Self.npy("'<\(type)'", "(2, 3)", version, elements: [1, -2.5, 3, 4, 5, 6])
        #expect(try read("Q.NPY", bytes) == [[1, -2.5, 3], [4, 5, 6]].map(VectorValue.dense))
    }

    @Test(arguments: ["q.txt", "q.jsonl", "q.fvecs", "q.npy"])
    func `no more vectors are read than are wanted`(_ name: String) throws {
        let bytes =
            switch name {
            case "q.fvecs": Self.fvecs([[1], [2], [3]]) + [9]
            case "q.npy": Self.npy("'<f4'", "(9, 1)", 1, elements: [1, 2])
            default: Data("[1]\n[2]\nnonsense".utf8)
            }
        #expect(try read(name, bytes, limit: 2) == [.dense([1]), .dense([2])])
    }

    @Test(arguments: [
        ("q.txt", "[1]\n[x]\n", "line 2", "a vector such as [0.1,0.2]"),
        ("q.txt", "[1]\n\n[1,2]\n", "line 3", "1 elements, as in the first vector"),
        (
            "q.jsonl", "{\"other\": [1]}", "line 1",
            "an array of numbers, or an object with one as embedding or vector"
        ),
        ("q.jsonl", "[1,\n2]", "line 1", "an array of numbers, or an object with one as embedding or vector"),
        (
            "q.jsonl", "[1]\n{\"vector\": []}", "line 2",
            "an array of numbers, or an object with one as embedding or vector"
        ),
        ("q.fvecs", "abc", "vector 1", "its number of elements, 1 to 16000, in 4 bytes"),
        ("q.fvecs", "\u{1}\0\0\0abc", "vector 1", "1 finite numbers in 4 bytes each"),
        ("q.fvecs", "\0\0\0\0", "vector 1", "its number of elements, 1 to 16000, in 4 bytes"),
        ("q.npy", "nonsense", "header", "a matrix of <f2, <f4 or <f8 in C order, of 1 to 16000 columns"),
    ])
    func `what is wrong is told with its place, and without what stands there`(
        _ name: String, _ text: String, _ place: String, _ expected: String
    ) throws {
        let path = folder.appending(path: name).path()
        let error = QueryFileError.malformed(path: path, place: place, expected: expected)
        #expect(throws: error) { try read(name, text) }
        #expect("\(error)" == "\(path), \(place): expected \(expected)")
    }

    @Test(arguments: [
        ("'<i4'", "(2, 3)"), ("'>f4'", "(2, 3)"), ("'<f4'", "(6,)"), ("'<f4'", "(1, 2, 3)"),
        ("'<f4'", "(6, 0)"),
        ("'<f4'", "(1, 16001)"),
    ])
    func `an npy of another kind is refused`(_ type: String, _ shape: String) throws {
        let bytes = Self.npy(type, shape, 1, elements: [1, 2, 3, 4, 5, 6])
        let path = folder.appending(path: "q.npy").path()
        let expected = "a matrix of <f2, <f4 or <f8 in C order, of 1 to 16000 columns"
        #expect(throws: QueryFileError.malformed(path: path, place: "header", expected: expected)) {
            try read("q.npy", bytes)
        }
    }

    @Test func `an npy in Fortran's order or cut short is refused`() throws {
        let path = folder.appending(path: "q.npy").path()
        let short = Self.npy("'<f4'", "(9, 2)", 1, elements: [1, 2, 3])
        #expect(throws: QueryFileError.malformed(path: path, place: "row 2", expected: "2 finite numbers")) {
            try read("q.npy", short)
        }
        let fortran = Self.npy("'<f4'", "(1, 1)", 1, isFortran: true, elements: [1])
        #expect(throws: QueryFileError.self) { try read("q.npy", fortran) }
        #expect(throws: QueryFileError.self) { try read("q.npy", short.prefix(40)) }
    }

    @Test func `numbers that are not finite are refused`() throws {
        let path = folder.appending(path: "q.fvecs").path()
        let expected = QueryFileError.malformed(
            path: path, place: "vector 2", expected: "1 finite numbers in 4 bytes each")
        #expect(throws: expected) { try read("q.fvecs", Self.fvecs([[1], [.nan]])) }
        let tooGreat = Self.npy("'<f8'", "(1, 1)", 1, elements: [1e39])
        #expect(throws: QueryFileError.self) { try read("q.npy", tooGreat) }
    }

    @Test func `a file that cannot be read is told apart from an empty one`() throws {
        let missing = folder.appending(path: "missing.txt").path()
        #expect(throws: QueryFileError.unreadable(path: missing)) {
            try QueryFile.read(path: missing, limit: 1)
        }
        let directory = folder.appending(path: "d.txt").path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        #expect(throws: QueryFileError.unreadable(path: directory)) {
            try QueryFile.read(path: directory, limit: 1)
        }
        let empty = folder.appending(path: "q.txt").path()
        #expect(throws: QueryFileError.empty(path: empty)) { try read("q.txt", " \n\n") }
        #expect(throws: QueryFileError.empty(path: folder.appending(path: "q.fvecs").path())) {
            try read("q.fvecs", "")
        }
        #expect(throws: QueryFileError.unknownFormat(path: "q.csv")) {
            try QueryFile.read(path: "q.csv", limit: 1)
        }
    }

    @Test func `a file that is too long is not read`() throws {
        let file = folder.appending(path: "q.txt")
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: UInt64(QueryFile.longest) + 1)
        try handle.close()
        #expect(throws: QueryFileError.tooLong(path: file.path())) {
            try QueryFile.read(path: file.path(), limit: 1)
        }
    }

    @Test func `a link is followed`() throws {
        _ = try read("q.txt", "[1]")
        let link = folder.appending(path: "link.txt").path()
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: folder.appending(path: "q.txt").path())
        #expect(try QueryFile.read(path: link, limit: 1) == [.dense([1])])
    }

    // MARK: -

    @discardableResult
    private func read(_ name: String, _ text: String) throws -> [VectorValue] {
        try read(name, Data(text.utf8))
    }

    @discardableResult
    private func read(_ name: String, _ bytes: Data, limit: Int = 100) throws -> [VectorValue] {
        let file = folder.appending(path: name)
        try bytes.write(to: file)
        return try QueryFile.read(path: file.path(), limit: limit)
    }

    private static func little(_ number: some FixedWidthInteger) -> [UInt8] {
        stride(from: 0, to: number.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func fvecs(_ vectors: [[Float]]) -> Data {
        Data(vectors.flatMap { little(Int32($0.count)) + $0.flatMap { little($0.bitPattern) } })
    }

    private static func npy(
        _ type: String, _ shape: String, _ version: UInt8, isFortran: Bool = false, elements: [Double]
    ) -> Data {
        let order = isFortran ? "True" : "False"
        let header = Array("{'descr': \(type), 'fortran_order': \(order), 'shape': \(shape), }  \n".utf8)
        let length = version == 1 ? little(UInt16(header.count)) : little(UInt32(header.count))
        let body = elements.flatMap {
            switch type {
            case "'<f2'": little(Float16($0).bitPattern)
            case "'<f8'": little($0.bitPattern)
            default: little(Float($0).bitPattern)
            }
        }
        return Data([0x93] + Array("NUMPY".utf8) + [version, 0] + length + header + body)
    }
}
