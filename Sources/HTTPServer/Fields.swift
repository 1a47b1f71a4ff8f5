import CMicroHTTPD
import Glibc

/// What `readHeader` and `readArgument` gather of a request.
struct Fields {
    var accept = ""
    var acceptEncoding = ""
    var userAgent = ""
    var query: [(name: String, value: String?)] = []

    mutating func add(_ value: UnsafePointer<CChar>, toHeader name: UnsafePointer<CChar>, length: Int) {
        // The length first: most headers are none of ours.
        if length == 6, unsafe strcasecmp(name, "Accept") == 0 {
            unsafe Self.join(value, to: &accept)
        } else if length == 15, unsafe strcasecmp(name, "Accept-Encoding") == 0 {
            unsafe Self.join(value, to: &acceptEncoding)
        } else if length == 10, unsafe strcasecmp(name, "User-Agent") == 0 {
            unsafe Self.join(value, to: &userAgent)
        }
    }

    private static func join(_ value: UnsafePointer<CChar>, to text: inout String) {
        let value = unsafe String(cString: value)
        text = text.isEmpty ? value : text + ", " + value
    }
}

@c(pgvigil_http_read_header)
func readHeader(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind,
    _ name: UnsafePointer<CChar>?, _ nameLength: Int, _ value: UnsafePointer<CChar>?, _ valueLength: Int
) -> MHD_Result {
    guard let fields = unsafe context?.assumingMemoryBound(to: Fields.self), let name = unsafe name,
        let value = unsafe value
    else { return .YES }
    unsafe fields.pointee.add(value, toHeader: name, length: nameLength)
    return .YES
}

@c(pgvigil_http_read_argument)
func readArgument(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind,
    _ name: UnsafePointer<CChar>?, _ nameLength: Int, _ value: UnsafePointer<CChar>?, _ valueLength: Int
) -> MHD_Result {
    guard let fields = unsafe context?.assumingMemoryBound(to: Fields.self), let name = unsafe name else {
        return .YES
    }
    unsafe fields.pointee.query.append(
        (name: String(cString: name), value: value.map { unsafe String(cString: $0) }))
    return .YES
}
