import PoolDefinitions
import Testing

@testable import Pools

/// RFC 8259 and RFC 6901.
@Suite struct JSONTests {
    private static func read(_ text: String) throws(ScrapeFailure) -> JSONValue {
        try JSONReader.read(Array(text.utf8))
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("12.50", 12.5), ("1e3", 1000), ("-1.5E-2", -0.015),
        ("9007199254740991", 9_007_199_254_740_991), ("0.1", 0.1), (" 7 ", 7), ("1E400", .infinity),
    ])
    func `a number is the nearest there is`(_ text: String, _ number: Double) throws {
        if number.isFinite {
            #expect(try Self.read(text) == .number(number))
        } else {
            #expect(throws: ScrapeFailure.self) { try Self.read(text) }
        }
    }

    @Test func `texts, lists and objects nest`() throws {
        let value = try Self.read(#"{"a": [true, null, {"b\u00e9\n\ud83d\ude00": "\"\\\/"}], "a b": {}}"#)
        #expect(
            value
                == .map([
                    "a": .list([.boolean(true), .null, .map(["bé\n😀": .text(#""\/"#)])]), "a b": .map([:]),
                ]))
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", #"{"a"}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":1,}"#, "{1:2}",
        "tru",
        "nul", "01", "1.", ".5", "+1", "-", "1e", "1e+", "NaN", "Infinity", "0x1", "\"", "\"\\", "\"\\u",
        "\"\\u12",
        "\"\\u+123\"", "\"\\x\"", "\"\t\"", "1 2", "[1 2]", "{}{}", "'a'", "[1]//",
    ])
    func `what is no JSON is refused`(_ text: String) {
        let failure = #expect(throws: ScrapeFailure.self) { try Self.read(text) }
        #expect(failure?.reason == .malformed)
    }

    @Test func `half a surrogate pair stands for nothing`() throws {
        #expect(try Self.read(#""\ud83dx""#) == .text("\u{FFFD}x"))
        #expect(try Self.read(#""\ud83d\n""#) == .text("\u{FFFD}\n"))
        #expect(try Self.read(#""\ude00""#) == .text("\u{FFFD}"))
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        let failure = #expect(throws: ScrapeFailure.self) {
            try JSONReader.read([0x22, 0xFF, 0x22])
        }
        #expect(failure?.reason == .malformed)
    }

    @Test func `depth and number of values are limited`() {
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        let wide = "[" + String(repeating: "0,", count: JSONReader.mostValues) + "0]"
        for text in [deep, wide] {
            let failure = #expect(throws: ScrapeFailure.self) { try Self.read(text) }
            #expect(failure?.reason == .malformed)
        }
    }

    @Test func `any prefix of a document, and any byte of it changed, is read or refused`() throws {
        let document = Array(
            #"{"pools": [{"size": 10, "name": "a\u00e9\ud83d\ude00"}, -1.5e-3, true, null]}"#.utf8)
        var read = 0
        for end in document.indices {
            if (try? JSONReader.read(Array(document[..<end]))) != nil { read += 1 }
            for byte in [0, 0x22, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x2C, 0x3A, 0x2D, 0x75, 0x80, 0xFF] as [UInt8]
            {
                var changed = document
                changed[end] = byte
                _ = try? JSONReader.read(changed)
            }
        }
        #expect(read == 0)
    }

    @Test(arguments: [
        ("", 1), ("/foo/0", 2), ("/foo/1", nil), ("/foo/00", nil), ("/foo/-", nil), ("/a~1b", 3),
        ("/m~0n", 4),
        ("/", 5), ("/nothing/at/all", nil),
    ])
    func `a pointer leads to one value or to none`(_ pointer: String, _ number: Double?) throws {
        let value = try Self.read(#"{"foo": [2], "a/b": 3, "m~n": 4, "": 5}"#)
        let found = value[try #require(JSONPointer(pointer))]
        if pointer.isEmpty {
            #expect(found == value)
        } else {
            #expect(found == number.map { .number($0) })
        }
    }

    @Test(arguments: ["a", "a/b", "/~", "/~2", "/a~b"])
    func `what is no pointer is none`(_ text: String) {
        #expect(JSONPointer(text) == nil)
    }

    @Test func `a pointer is written as it was read`() {
        #expect(JSONPointer("/a~1b/~0/0/")?.description == "/a~1b/~0/0/")
    }
}
