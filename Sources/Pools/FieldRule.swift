/// Where a document says one thing, and how.
package struct FieldRule: Sendable, Equatable {
    package enum Missing: String, Sendable {
        /// No sample.
        case absent
        /// The document leaves out what is 0.
        case zero
    }

    /// The first that leads to something counts.
    let places: [Place]
    let missing: Missing
    /// Whether 0 stands for no limit.
    let isUnlimitedAtZero: Bool
    /// Whether what is there may mean something else: `errors` at the top of a document may be a list.
    let isGuess: Bool

    /// A place, and what its number is multiplied by.
    struct Place: Equatable {
        let pointer: JSONPointer
        let scale: Double
    }

    package init(_ pointer: JSONPointer, scale: Double = 1, missing: Missing = .absent) {
        places = [Place(pointer: pointer, scale: scale)]
        self.missing = missing
        isUnlimitedAtZero = false
        isGuess = false
    }

    /// Members of an object, under any of these names.
    init(
        _ names: String..., in prefixes: [String] = [""], scale: Double = 1, missing: Missing = .absent,
        isUnlimitedAtZero: Bool = false
    ) {
        self.init(
            names.map { ($0, scale) }, in: prefixes, missing: missing, isUnlimitedAtZero: isUnlimitedAtZero)
    }

    init(
        _ names: [(name: String, scale: Double)], in prefixes: [String], missing: Missing = .absent,
        isUnlimitedAtZero: Bool = false
    ) {
        places = prefixes.flatMap { prefix in
            names.compactMap { name, scale in
                JSONPointer("\(prefix)/\(name)").map { Place(pointer: $0, scale: scale) }
            }
        }
        self.missing = missing
        self.isUnlimitedAtZero = isUnlimitedAtZero
        isGuess = prefixes.count > 1
    }
}
