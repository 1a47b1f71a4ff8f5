extension Labels {
    /// The names and values as they were added, in order; a value that was cut stays cut.
    package var pairs: [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        var rest = text[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "=")) {
            let name = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[end...].dropFirst(2)  // `="`
            var value: [UInt8] = []
            while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
                guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                    value.append(byte)
                    continue
                }
                value.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
            }
            pairs.append((name, String(decoding: value, as: UTF8.self)))
            rest = rest.dropFirst()  // The comma.
        }
        return pairs
    }
}
