/// How an application's document is asked for.
package struct DocumentAccess: Sendable, Equatable {
    package enum Credentials: Sendable, Equatable {
        case none
        case basic(username: String, passwordFile: String)
        case bearer(tokenFile: String)
    }

    /// Their files are read again at each request.
    package var credentials = Credentials.none
    /// PEM; nil for the authorities that this machine trusts.
    package var caFile: String?
    package var certificateFile: String?
    package var keyFile: String?
    /// Whether any certificate will do.
    package var isInsecure = false
    /// How many may be followed; none leads to another scheme, none takes credentials to another host.
    package var redirects = 0
    /// In bytes, as they come.
    package var longestBody = 1 << 20

    package init() {}
}
