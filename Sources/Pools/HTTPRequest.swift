/// Where a document is, and how to ask for it.
package struct HTTPRequest: Sendable, Equatable {
    package enum Credentials: Sendable, Equatable {
        case none
        case basic(username: String, passwordFile: String)
        case bearer(tokenFile: String)
    }

    /// `http` or `https`, without a user.
    package let url: String
    package var credentials = Credentials.none
    /// PEM; nil for the authorities that this machine trusts.
    package var caFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    /// Whether the server's certificate is checked.
    package var verifies = true
    /// How many may be followed; none leads to another scheme, none takes credentials to another host.
    package var redirects = 0
    /// In bytes, as they come.
    package var longestBody = 1 << 20
    /// Of the whole: name, connecting, TLS, redirects, body.
    package var timeout = Duration.seconds(5)

    package init(url: String) {
        self.url = url
    }

    var scheme: String { url.lowercased().hasPrefix("https:") ? "https" : "http" }
}
