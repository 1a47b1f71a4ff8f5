/// What is wrong with a file of query vectors; never what stands in it.
package enum QueryFileError: Error, Equatable, CustomStringConvertible {
    case unknownFormat(path: String)
    case unreadable(path: String)
    case tooLong(path: String)
    case empty(path: String)
    /// In one place, such as `line 3`, there is not what there should be.
    case malformed(path: String, place: String, expected: String)

    package var description: String {
        switch self {
        case .unknownFormat(let path): "\(path): its name should end in .jsonl, .txt, .fvecs or .npy"
        case .unreadable(let path): "\(path): cannot be read; expected a file that the daemon may read"
        case .tooLong(let path): "\(path): longer than \(QueryFile.longest) bytes; fewer vectors would do"
        case .empty(let path): "\(path): has no vector"
        case .malformed(let path, let place, let expected): "\(path), \(place): expected \(expected)"
        }
    }
}
