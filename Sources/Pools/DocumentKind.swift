/// What a document may be, by its content type.
enum DocumentKind: Sendable {
    case json, prometheus

    var accept: String {
        switch self {
        case .json: "Accept: application/json"
        case .prometheus: "Accept: application/openmetrics-text; version=1.0.0, text/plain; version=0.0.4"
        }
    }

    /// Whether a `Content-Type` names it, whatever its parameters.
    func isNamed(by contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        return switch self {
        case .json: type == "application/json" || type.hasPrefix("application/") && type.hasSuffix("+json")
        case .prometheus: type == "text/plain" || type == "application/openmetrics-text"
        }
    }

    var words: String {
        switch self {
        case .json: "JSON: application/json"
        case .prometheus: "a Prometheus page: text/plain or application/openmetrics-text"
        }
    }
}
