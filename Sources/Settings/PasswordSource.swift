/// Where a password is read from at each connect.
package enum PasswordSource: Sendable, Equatable {
    /// The path of a file.
    case file(String)
    /// The name of a credential that systemd passes.
    case credential(String)
    /// A program and its arguments, run without a shell; an argument may itself be a secret.
    case command([Secret])
}
