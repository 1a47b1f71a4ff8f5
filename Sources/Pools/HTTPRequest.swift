package import PoolDefinitions

/// Where a document is, and how to ask for it.
package struct HTTPRequest: Sendable, Equatable {
    /// `http` or `https`, without a user.
    package let url: String
    package let access: DocumentAccess
    /// Of the whole: name, connecting, TLS, redirects, body.
    package let timeout: Duration

    package init(url: String, _ access: DocumentAccess, timeout: Duration) {
        self.url = url
        self.access = access
        self.timeout = timeout
    }

    var scheme: String { url.lowercased().hasPrefix("https:") ? "https" : "http" }
}
