/// A vector to search for, as text for `$1`.
package struct QueryVector: Sendable, Equatable {
    package let text: String
    /// Of the row that it came from, which a search then leaves out of what it found.
    package let key: String?

    package init(text: String, key: String? = nil) {
        self.text = text
        self.key = key
    }
}
