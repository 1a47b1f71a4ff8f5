/// Label names and values in the order in which they were added, kept as the text that goes on the page.
///
/// Escaping happens once, here, however many samples share the labels.
package struct Labels: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// The longest label value in bytes; what is longer is cut, and ends with an ellipsis.
    package static let longestValue = 1024

    /// `name="value",name="value"`, without braces.
    private(set) var text: [UInt8] = []

    package init() {}

    package init(dictionaryLiteral pairs: (String, String)...) {
        for (name, value) in pairs { append(name, value) }
    }

    package var isEmpty: Bool { text.isEmpty }

    /// Adds a label; false where its value was cut at `longestValue`.
    ///
    /// An empty value adds nothing: to Prometheus it is the same as no label.
    @discardableResult
    package mutating func append(_ name: String, _ value: String) -> Bool {
        guard !value.isEmpty else { return true }
        if !text.isEmpty { text.append(UInt8(ascii: ",")) }
        text += name.utf8
        text += "=\"".utf8
        let isWhole = value.utf8.count <= Self.longestValue
        text.append(value: isWhole ? value[...] : value.cut(at: Self.longestValue))
        if !isWhole { text += "…".utf8 }
        text.append(UInt8(ascii: "\""))
        return isWhole
    }

    /// Eight bytes at a time: every row's labels are hashed.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(text.count)
        var (word, rest) = (UInt64(0), text.count)
        for byte in text {
            word = word << 8 | UInt64(byte)
            rest -= 1
            guard rest % 8 == 0 else { continue }
            hasher.combine(word)
            word = 0
        }
    }

    /// These labels, then the other ones.
    package func followed(by others: Labels) -> Labels {
        if isEmpty { return others }
        if others.isEmpty { return self }
        var all = Labels()
        all.text.reserveCapacity(text.count + 1 + others.text.count)
        all.text += text
        all.text.append(UInt8(ascii: ","))
        all.text += others.text
        return all
    }
}

extension [UInt8] {
    fileprivate mutating func append(value: Substring) {
        let start = count
        self += value.utf8
        guard self[start...].contains(where: \.isEscaped) else { return }
        removeSubrange(start...)
        for byte in value.utf8 {
            if byte.isEscaped { append(UInt8(ascii: "\\")) }
            append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
        }
    }
}

extension UInt8 {
    /// Whether it has a backslash before it in a label's value (OpenMetrics, section "Escaping").
    fileprivate var isEscaped: Bool {
        self == UInt8(ascii: "\\") || self == UInt8(ascii: "\"") || self == UInt8(ascii: "\n")
    }
}

extension String {
    /// The longest prefix of at most `bytes` bytes that ends between two Unicode scalars.
    fileprivate func cut(at bytes: Int) -> Substring {
        var end = utf8.index(startIndex, offsetBy: bytes)
        while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return self[..<end]
    }
}
