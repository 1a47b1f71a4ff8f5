/// Where a password is read from at each connect.
package enum PasswordSource: Sendable, Equatable {
    /// The path of a file.
    case file(String)
    /// A program and its arguments, run without a shell; an argument may itself be a secret.
    case command([Secret])
}
