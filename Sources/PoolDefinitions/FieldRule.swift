/// Where a document says one thing, and how.
package struct FieldRule: Sendable, Equatable {
    package enum Missing: String, Sendable, CaseIterable {
        /// No sample.
        case absent
        /// The document leaves out what is 0.
        case zero
    }

    /// The first that leads to something counts.
    package let places: [Place]
    package let missing: Missing
    /// Whether 0 stands for no limit.
    package let isUnlimitedAtZero: Bool
    /// Whether what is there may mean something else: `errors` at the top of a document may be a list.
    package let isGuess: Bool

    /// A place, and what its number is multiplied by.
    package struct Place: Sendable, Equatable {
        package let pointer: JSONPointer
        package let scale: Double

        package init(_ pointer: JSONPointer, scale: Double = 1) {
            self.pointer = pointer
            self.scale = scale
        }
    }

    package init(
        _ places: [Place], missing: Missing, isUnlimitedAtZero: Bool = false, isGuess: Bool = false
    ) {
        self.places = places
        self.missing = missing
        self.isUnlimitedAtZero = isUnlimitedAtZero
        self.isGuess = isGuess
    }

    package init(_ pointer: JSONPointer, scale: Double = 1, missing: Missing = .absent) {
        self.init([Place(pointer, scale: scale)], missing: missing)
    }
}
