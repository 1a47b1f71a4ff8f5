import PoolDefinitions

extension FieldRule {
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
        let places = prefixes.flatMap { prefix in
            names.compactMap { name, scale in
                JSONPointer("\(prefix)/\(name)").map { Place($0, scale: scale) }
            }
        }
        self.init(
            places, missing: missing, isUnlimitedAtZero: isUnlimitedAtZero, isGuess: prefixes.count > 1)
    }
}
