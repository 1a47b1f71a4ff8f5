/// A row as a search found it.
package struct Hit: Sendable, Equatable {
    /// What tells it from other rows, as text.
    package let key: String
    /// Its true distance, as the server computed it; NaN where it has none.
    package let distance: Double

    package init(key: String, distance: Double) {
        self.key = key
        self.distance = distance
    }
}
