/// Vectors as pgvector writes them.
extension VectorValue {
    /// Reads `[1,2,3]`, `{1:0.5}/3` or `0101`; nil where the text is not of the type.
    package init?(_ text: some StringProtocol, type: VectorType) {
        let bytes = Array(text.utf8)[...]
        switch type {
        case .vector: self.init(dense: bytes, asHalves: false)
        case .halfvec: self.init(dense: bytes, asHalves: true)
        case .sparsevec: self.init(sparse: bytes)
        case .bit: self.init(bits: bytes)
        }
    }

    package var text: String {
        switch self {
        case .dense(let elements):
            return "[\(elements.map(\.shortest).joined(separator: ","))]"
        case .sparse(let indices, let elements, let count):
            let pairs = zip(indices, elements).map { "\($0 + 1):\($1.shortest)" }
            return "{\(pairs.joined(separator: ","))}/\(count)"
        case .bits(let words, let count):
            let digits = (0..<count).map { words[$0 / 64] >> ($0 % 64) & 1 == 1 ? "1" : "0" }
            return digits.joined()
        }
    }

    // MARK: -

    private init?(dense text: ArraySlice<UInt8>, asHalves: Bool) {
        guard let inside = text.inside("[", "]") else { return nil }
        var elements: [Float] = []
        for part in inside.parts(between: ",") {
            guard let number = part.number, elements.count < Self.mostElements else { return nil }
            let element = asHalves ? Float(Float16(number)) : number
            guard element.isFinite else { return nil }
            elements.append(element)
        }
        self = .dense(elements)
    }

    private init?(sparse text: ArraySlice<UInt8>) {
        let halves = text.parts(between: "/")
        guard halves.count == 2, let count = halves[1].integer, count > 0,
            let inside = halves[0].inside("{", "}")
        else { return nil }
        var pairs: [(index: Int32, element: Float)] = []
        for part in inside.trimmed.isEmpty ? [] : inside.parts(between: ",") {
            let pair = part.parts(between: ":")
            guard pair.count == 2, let position = pair[0].integer, (1...count).contains(position),
                let element = pair[1].number, pairs.count < Self.mostElements
            else { return nil }
            if element != 0 { pairs.append((position - 1, element)) }
        }
        pairs.sort { $0.index < $1.index }
        guard zip(pairs, pairs.dropFirst()).allSatisfy({ $0.index < $1.index }) else { return nil }
        self = .sparse(indices: pairs.map(\.index), elements: pairs.map(\.element), count: Int(count))
    }

    private init?(bits text: ArraySlice<UInt8>) {
        var words = [UInt64](repeating: 0, count: (text.count + 63) / 64)
        for (index, digit) in text.enumerated() {
            guard digit == zero || digit == zero + 1 else { return nil }
            if digit != zero { words[index / 64] |= 1 << (index % 64) }
        }
        guard !words.isEmpty else { return nil }
        self = .bits(words, count: text.count)
    }
}

extension Float {
    /// The shortest text that reads as this number again.
    fileprivate var shortest: Substring {
        let text = description
        return text.hasSuffix(".0") ? text.dropLast(2) : text[...]
    }
}

// Bytes, not characters, which would have to be looked for: a sample has millions of numbers.
extension ArraySlice<UInt8> {
    fileprivate var integer: Int32? { Int32(String(decoding: trimmed, as: UTF8.self)) }

    /// A finite number.
    fileprivate var number: Float? {
        if let short = shortNumber { return short }
        return Float(String(decoding: trimmed, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }

    /// What pgvector mostly writes, many times faster; nil for anything else.
    ///
    /// The quotient of up to 15 digits and a power of ten is the nearest `Double` (Clinger, How to read
    /// floating point numbers accurately, 1990), and its nearest `Float` the number's if not halfway.
    private var shortNumber: Float? {
        var (digits, divisor, count, hasPoint) = (UInt64(0), 1.0, 0, false)
        let isNegative = first == UInt8(ascii: "-")
        for byte in isNegative ? dropFirst() : self {
            switch byte {
            case zero...zero + 9:
                digits = digits &* 10 &+ UInt64(byte - zero)
                divisor *= hasPoint ? 10 : 1
                count += 1
            case UInt8(ascii: ".") where !hasPoint && count > 0: hasPoint = true
            default: return nil
            }
        }
        let quotient = Double(digits) / divisor
        guard (1...15).contains(count), quotient.bitPattern & 0x1FFF_FFFF != 0x1000_0000 else { return nil }
        return Float(isNegative ? -quotient : quotient)
    }

    fileprivate func parts(between separator: Unicode.Scalar) -> [ArraySlice<UInt8>] {
        split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false)
    }

    fileprivate var trimmed: ArraySlice<UInt8> {
        guard let start = firstIndex(where: { !$0.isSpace }), let end = lastIndex(where: { !$0.isSpace })
        else { return [] }
        return self[start...end]
    }

    fileprivate func inside(_ first: Unicode.Scalar, _ last: Unicode.Scalar) -> ArraySlice<UInt8>? {
        let trimmed = trimmed
        guard trimmed.count >= 2, trimmed.first == UInt8(ascii: first),
            trimmed.last == UInt8(ascii: last)
        else { return nil }
        return trimmed.dropFirst().dropLast()
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}

private let zero = UInt8(ascii: "0")
