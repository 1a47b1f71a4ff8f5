/// A text that no log, page, error or dump ever shows.
package struct Secret: Sendable, Hashable {
    /// The text itself, for libpq and for nobody else.
    package let revealed: String

    package init(_ text: String) {
        revealed = text
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(reflecting: description) }
}
