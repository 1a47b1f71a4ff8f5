package import PoolDefinitions

/// What the members of a JSON document mean.
package struct DocumentMapping: Sendable {
    package let preset: Preset
    /// Take the place of the preset's.
    package let fields: [PoolField: FieldRule]
    /// Where in the document the preset's members are.
    package let root: JSONPointer
    /// The labels `pool` and `cache`.
    package let pool: String
    package let utilization: UtilizationUnit

    package init(
        _ preset: Preset, fields: [PoolField: FieldRule] = [:], root: JSONPointer, pool: String,
        utilization: UtilizationUnit = .ratio
    ) {
        self.preset = preset
        self.fields = fields
        self.root = root
        self.pool = pool
        self.utilization = utilization
    }

    /// The pool, as the document has it.
    func document(from value: JSONValue) throws(ScrapeFailure) -> PoolDocument {
        var numbers: [PoolField: Double] = [:]
        var found: Set<PoolField> = []
        var isAnyUnknown = false
        for field in PoolField.allCases {
            guard let (rule, place) = rule(for: field) else { continue }
            guard let number = try number(field, rule, at: place, in: value) else { continue }
            numbers[field] = number.value
            guard number.isThere else { continue }
            found.insert(field)
            isAnyUnknown = isAnyUnknown || number.value == nil && !field.isOfApplication
        }
        for (field, derive) in preset.derived where numbers[field] == nil {
            numbers[field] = derive { names in plainNumber(names, in: value) }
            if numbers[field] != nil { found.insert(field) }
        }
        try check(numbers)
        let figures = numbers.filter { found.contains($0.key) && !$0.key.isOfApplication }
        let isOfPool = preset.kind != .json || !figures.isEmpty
        if found.isEmpty || isOfPool && !isAnyUnknown && reading(from: figures).isEmpty {
            throw nothingFound(in: value)
        }
        return document(from: numbers)
    }

    /// The fields whose place in the document is empty, each with the names that are there instead.
    package struct Gap: Sendable, Equatable {
        package let field: PoolField
        package let pointer: String
        /// The deepest part of the pointer that leads somewhere, and the pointers of its members.
        package let members: [String]
    }

    /// Of the operator's own fields, those that lead nowhere.
    func gaps(in value: JSONValue) -> [Gap] {
        fields.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { field, rule in
            guard rule.missing == .absent, let place = rule.places.first, value[place.pointer] == nil else {
                return nil
            }
            return Gap(
                field: field, pointer: "\(place.pointer)",
                members: Self.members(near: place.pointer, in: value))
        }
    }

    // MARK: - Numbers

    /// An operator's own pointers begin at the document's root.
    private func rule(for field: PoolField) -> (rule: FieldRule, root: JSONPointer)? {
        if let own = fields[field] { return (own, .whole) }
        return preset.fields[field].map { ($0, root) }
    }

    /// `isThere` is false for a zero that stands for what is missing; nil where there is nothing to say.
    private func number(
        _ field: PoolField, _ rule: FieldRule, at root: JSONPointer, in value: JSONValue
    ) throws(ScrapeFailure) -> (value: Double?, isThere: Bool)? {
        var misfit: (JSONPointer, JSONValue)?
        for place in rule.places {
            let pointer = root.appending(place.pointer)
            switch value[pointer] {
            case nil: continue
            case .map where rule.places.count > 1: continue  // What is meant may be in it.
            case .null: return (nil, true)
            case .number(let number):
                if number == 0, rule.isUnlimitedAtZero { return (nil, true) }
                return (number.scaled(by: place.scale), true)
            case .some(let other): misfit = misfit ?? (pointer, other)
            }
        }
        if let (pointer, other) = misfit, !rule.isGuess {
            throw ScrapeFailure(.mapping, "\(field.rawValue): \(pointer) is \(other.words), not a number")
        }
        return rule.missing == .zero ? (0, false) : nil
    }

    private func plainNumber(_ names: [String], in value: JSONValue) -> Double? {
        for name in names {
            if case .number(let number) = value[root.appending(name)] { return number }
        }
        return nil
    }

    /// Sums of greater numbers may leave the range of what can be computed.
    static let greatest = 1e18

    /// Refuses what cannot be.
    private func check(_ numbers: [PoolField: Double]) throws(ScrapeFailure) {
        for (field, number) in numbers where number < 0 && field != .allowed {
            throw ScrapeFailure(.mapping, "\(field.rawValue): the number is negative")
        }
        for (field, number) in numbers where !(number <= Self.greatest) {
            throw ScrapeFailure(.mapping, "\(field.rawValue): the number is out of range")
        }
        if let share = numbers[.utilization], utilization == .ratio, share > 2 {
            throw ScrapeFailure(
                .mapping,
                "utilization: the number is above 2, no ratio; where it is a percentage, "
                    + "write utilization: percent")
        }
    }

    // MARK: - What they mean

    private func document(from numbers: [PoolField: Double]) -> PoolDocument {
        var document = PoolDocument()
        if numbers.keys.contains(where: { !$0.isOfApplication }) {
            document.pools = [reading(from: numbers)]
        }
        var cache = ApplicationReading.Cache()
        cache.hits = numbers[.cacheHits]
        cache.misses = numbers[.cacheMisses]
        cache.evictions = numbers[.cacheEvictions]
        cache.entries = numbers[.cacheEntries]
        if cache != ApplicationReading.Cache() { document.application.caches[pool] = cache }
        document.application.activeThreads = numbers[.threads]
        document.application.cpuSeconds = numbers[.cpuSeconds]
        document.application.residentBytes = numbers[.memory]
        return document
    }

    private func reading(from numbers: [PoolField: Double]) -> PoolReading {
        var reading = PoolReading(preset.kind, pool: pool)
        reading.creating = numbers[.creating]
        reading.total = numbers[.total]
        reading.used = numbers[.used]
        reading.idle = numbers[.idle]
        reading.allowed = numbers[.allowed].flatMap { $0 < 0 ? nil : $0 }  // -1 is without limit.
        reading.minimum = numbers[.minimum]
        reading.utilization = numbers[.utilization].map { utilization == .percent ? $0 / 100 : $0 }
        reading.pending = numbers[.pending]
        reading.oldestWaitSeconds = numbers[.oldestWait]
        reading.peakWaitSeconds = numbers[.peakWait]
        reading.meanWaitSeconds = numbers[.meanWait]
        reading.acquired = numbers[.acquired]
        reading.waitSeconds = numbers[.waitSeconds]
        reading.timeouts = numbers[.timeouts]
        reading.errors = numbers[.errors]
        reading.useSeconds = numbers[.useSeconds]
        return reading.completed()
    }

    // MARK: - Words

    private func nothingFound(in value: JSONValue) -> ScrapeFailure {
        let places = PoolField.allCases.compactMap { field in
            rule(for: field).flatMap { rule, root in rule.places.first.map { root.appending($0.pointer) } }
        }
        let members = Self.members(near: (places.first?.parent ?? root).appending("?"), in: value)
        return ScrapeFailure(
            .mapping,
            "no figure of a pool is in the document; looked for \(Self.listed(places.map(\.description)))",
            hint: "the document has \(Self.listed(members))")
    }

    /// The pointers of all members of the deepest place on a pointer's way that exists.
    private static func members(near pointer: JSONPointer, in value: JSONValue) -> [String] {
        var place = pointer.parent
        while let here = place {
            if let found = value[here] {
                return found.memberNames.prefix(mostNamed + 1).map { name in
                    "\(here.appending(name))".filter { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 } }
                }
            }
            place = here.parent
        }
        return []
    }

    static let mostNamed = 20

    static func listed(_ names: [String]) -> String {
        if names.isEmpty { return "nothing" }
        let shown = names.prefix(mostNamed).joined(separator: ", ")
        return names.count > mostNamed ? shown + " and more" : shown
    }
}
