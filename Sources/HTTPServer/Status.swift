/// The outcome of a request, as HTTP numbers it.
package struct Status: RawRepresentable, Sendable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let ok = Status(rawValue: 200)
    package static let badRequest = Status(rawValue: 400)
    package static let notFound = Status(rawValue: 404)
    package static let methodNotAllowed = Status(rawValue: 405)
    package static let contentTooLarge = Status(rawValue: 413)
    package static let headersTooLarge = Status(rawValue: 431)
    package static let internalError = Status(rawValue: 500)
    package static let unavailable = Status(rawValue: 503)
}

extension Status: CustomStringConvertible {
    package var description: String { String(rawValue) }
}
