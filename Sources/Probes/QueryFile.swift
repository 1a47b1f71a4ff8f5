import FoundationEssentials

/// Files of query vectors, in the formats in which they are commonly kept.
///
/// - `.txt`: a vector a line, as pgvector writes it;
/// - `.jsonl`: an array of numbers a line, or an object that has one as `embedding` or `vector`;
/// - `.fvecs`: of each vector the number of elements and the elements, 4 bytes each (corpus-texmex.irisa.fr);
/// - `.npy`: a matrix of `<f2`, `<f4` or `<f8` in C order (numpy.lib.format, versions 1 to 3).
package enum QueryFile {
    /// In bytes.
    package static let longest = 256 << 20

    /// The first `limit` vectors of a file, all with the same number of elements; at least one.
    package static func read(path: String, limit: Int) throws(QueryFileError) -> [VectorValue] {
        guard let format = path.split(separator: ".").last.flatMap({ Format(rawValue: $0.lowercased()) })
        else { throw .unknownFormat(path: path) }
        let contents = QueryFileContents(bytes: try bytes(of: path))
        let vectors: [VectorValue]
        do {
            vectors = try contents.vectors(in: format, limit: limit)
        } catch let fault {
            throw .malformed(path: path, place: fault.place, expected: fault.expected)
        }
        if vectors.isEmpty { throw .empty(path: path) }
        return vectors
    }

    enum Format: String {
        case txt
        case jsonl
        case fvecs
        case npy
    }

    /// What is wrong where in a file.
    struct Fault: Error {
        let place: String
        let expected: String
    }

    // MARK: -

    private static func bytes(of path: String) throws(QueryFileError) -> Data {
        let file = URL(filePath: path).resolvingSymlinksInPath()
        // What is no file, such as a pipe, might never end.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? UInt64
        else { throw .unreadable(path: path) }
        guard size <= longest else { throw .tooLong(path: path) }
        guard let data = try? Data(contentsOf: file) else { throw .unreadable(path: path) }
        return data
    }
}
