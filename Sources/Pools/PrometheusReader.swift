/// Reads a page in the text format 0.0.4 or in OpenMetrics: its samples, without what is said about them.
struct PrometheusReader {
    /// What one sample may carry.
    static let mostLabels = 64

    private let line: ArraySlice<UInt8>
    private var position: Int

    /// The samples whose names `isWanted` takes; throws `.malformed` with the line where the page is none.
    static func read(
        _ bytes: [UInt8], where isWanted: (String) -> Bool
    ) throws(ScrapeFailure) -> [PrometheusSample] {
        var samples: [PrometheusSample] = []
        var (number, start) = (0, bytes.startIndex)
        // One by one: a list of the lines may be many times as large as the page.
        while start < bytes.endIndex {
            let line = bytes[start...].prefix { $0 != UInt8(ascii: "\n") }
            start = line.endIndex + 1
            number += 1
            var reader = PrometheusReader(line: line, position: line.startIndex)
            guard let first = reader.firstByte, first != UInt8(ascii: "#") else { continue }
            guard let name = reader.name(), let labels = reader.labels(), let value = reader.value() else {
                throw ScrapeFailure(
                    .malformed, "the document is no Prometheus page: line \(number) is no sample")
            }
            if isWanted(name) { samples.append(PrometheusSample(name: name, labels: labels, value: value)) }
        }
        return samples
    }

    private var peek: UInt8? { position < line.endIndex ? line[position] : nil }

    /// The first that is no space; nil on an empty line.
    private var firstByte: UInt8? {
        mutating get {
            skipSpace()
            return peek
        }
    }

    /// A name: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    private mutating func name(colons: Bool = true) -> String? {
        let start = position
        while let byte = peek, Self.isOfName(byte, isFirst: position == start, colons: colons) {
            position += 1
        }
        return position > start ? String(decoding: line[start..<position], as: UTF8.self) : nil
    }

    /// `{name="value",…}`, or nothing; nil where it is neither.
    private mutating func labels() -> [String: String]? {
        skipSpace()
        guard take("{") else { return [:] }
        var labels: [String: String] = [:]
        skipSpace()
        while !take("}") {
            guard labels.count < Self.mostLabels, let name = name(colons: false) else { return nil }
            skipSpace()
            guard take("=") else { return nil }
            skipSpace()
            guard take("\""), let value = quotedText(), labels.updateValue(value, forKey: name) == nil else {
                return nil
            }
            skipSpace()
            if !take(",") && peek != UInt8(ascii: "}") { return nil }
            skipSpace()
        }
        return labels
    }

    /// The number; a time may follow, and in OpenMetrics an exemplar.
    private mutating func value() -> Double? {
        skipSpace()
        let words = line[position...].split { Self.isSpace($0) }
        guard let word = words.first, let number = Self.number(word) else { return nil }
        guard words.count == 1 || words[1].first == UInt8(ascii: "#") || Self.number(words[1]) != nil,
            words.count <= 2 || words[1...].contains(where: { $0.first == UInt8(ascii: "#") })
        else { return nil }
        return number
    }

    /// What follows an opening quote, up to the closing one.
    private mutating func quotedText() -> String? {
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = peek else { return nil }
                position += 1
                text.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
            default: text.append(byte)
            }
        }
        return nil
    }

    // MARK: -

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, Self.isSpace(byte) { position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private static func isOfName(_ byte: UInt8, isFirst: Bool, colons: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"):
            true
        case UInt8(ascii: ":"): colons
        case UInt8(ascii: "0")...UInt8(ascii: "9"): !isFirst
        default: false
        }
    }

    /// A number as Go writes it; hexadecimal ones are none here.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Double? {
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        switch text {
        case "nan": return .nan
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        default: return text.contains("x") || text.contains("p") ? nil : Double(text)
        }
    }
}
