import FoundationEssentials

/// A matrix of floating-point numbers as `numpy.save` writes it.
///
/// Source: numpy.lib.format, versions 1 to 3.
struct NumpyMatrix {
    private let bytes: Data
    private let start: Int
    private let elementSize: Int
    private let rowCount: Int
    private let columnCount: Int

    init(_ bytes: Data) throws(QueryFile.Fault) {
        let fault = QueryFile.Fault(
            place: "header",
            expected: "a matrix of <f2, <f4 or <f8 in C order, of 1 to \(VectorValue.mostElements) columns")
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), let version = bytes.unsigned(at: 6, count: 1),
            let length = bytes.unsigned(at: 8, count: version == 1 ? 2 : 4).map(Int.init)
        else { throw fault }
        let headerStart = version == 1 ? 10 : 12
        guard headerStart + length <= bytes.count else { throw fault }
        let header = String(decoding: bytes.dropFirst(headerStart).prefix(length), as: UTF8.self)

        guard let type = header.firstMatch(of: /'descr': *'<f(?<size>[248])'/),
            header.contains(/'fortran_order': *False/),
            let shape = header.firstMatch(of: /'shape': *\((?<rows>\d+), *(?<columns>\d+),?\)/),
            let size = Int(type.size), let rows = Int(shape.rows), let columns = Int(shape.columns),
            (1...VectorValue.mostElements).contains(columns)
        else { throw fault }
        self.bytes = bytes
        start = headerStart + length
        (elementSize, rowCount, columnCount) = (size, rows, columns)
    }

    func rows(_ limit: Int) throws(QueryFile.Fault) -> [VectorValue] {
        var vectors: [VectorValue] = []
        for row in 0..<min(limit, rowCount) {
            let first = start + row * columnCount * elementSize
            let elements = (0..<columnCount).compactMap { element(at: first + $0 * elementSize) }
            guard elements.count == columnCount else {
                throw QueryFile.Fault(place: "row \(row + 1)", expected: "\(columnCount) finite numbers")
            }
            vectors.append(.dense(elements))
        }
        return vectors
    }

    /// nil where the bytes end before, or for what is not finite in single precision.
    private func element(at position: Int) -> Float? {
        guard let pattern = bytes.unsigned(at: position, count: elementSize) else { return nil }
        let number =
            switch elementSize {
            case 2: Float(Float16(bitPattern: UInt16(truncatingIfNeeded: pattern)))
            case 4: Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
            default: Float(Double(bitPattern: pattern))
            }
        return number.isFinite ? number : nil
    }
}
