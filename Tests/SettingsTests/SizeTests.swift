import Testing

@testable import Settings

@Suite struct SizeTests {
    @Test(arguments: [
        ("1KiB", 1024), ("64MiB", 64 << 20), ("3GiB", 3 << 30), ("100TiB", 100 << 40), ("0KiB", 0),
    ])
    func `a size is a whole number with a unit`(_ text: String, _ bytes: Int) {
        #expect(ByteText.read(text) == bytes)
    }

    @Test(arguments: [
        "", "64", "MiB", "64 MiB", "64MB", "64mib", "1.5GiB", "-1KiB", "1000000KiB", "1GiB1MiB",
    ])
    func `anything else is no size`(_ text: String) {
        #expect(ByteText.read(text) == nil)
    }

    @Test(arguments: ["1KiB", "1023KiB", "64MiB", "1GiB", "1025MiB", "100TiB"])
    func `a size is written as it is read`(_ text: String) throws {
        #expect(ByteText.write(try #require(ByteText.read(text))) == text)
    }
}
