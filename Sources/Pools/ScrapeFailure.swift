/// Why a document of an application could not be read.
package struct ScrapeFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: String, Sendable, CaseIterable {
        case timeout, connect
        case nameResolution = "name_resolution"
        case tls, credentials, status
        case tooLarge = "too_large"
        case contentType = "content_type"
        case redirect, malformed, mapping
    }

    package let reason: Reason
    /// In words that hold nothing of the document, of a secret, or of the URL's query.
    package let description: String
    /// What the document has instead, for the operator who asks; names of members, never values.
    package let hint: String?

    init(_ reason: Reason, _ description: String, hint: String? = nil) {
        self.reason = reason
        self.description = description
        self.hint = hint
    }
}
