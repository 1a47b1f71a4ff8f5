/// Reads a map key by key; the keys that nobody asked for are unknown.
struct MapReader {
    private let whole: Value
    private let pairs: [(key: Value, value: Value)]
    private let place: String
    private var asked: [String] = []

    /// `place` names the map among the known keys.
    init(_ value: Value, place: String) throws(Refusal) {
        whole = value
        pairs = try value.pairs()
        self.place = place
    }

    /// Nil if the key is absent, or if the rule refuses its value, which is then a problem.
    mutating func read<T>(_ key: String, _ rule: Rule<T>) -> T? {
        asked.append(key)
        let value = value(of: key)
        whole.findings.note("\(place).\(key)", isPresent: value != nil)
        return value?.read(as: key, rule)
    }

    /// Leaves `target`, which holds the default, as it is if there is nothing good to read.
    mutating func read<T>(_ key: String, _ rule: Rule<T>, into target: inout T) {
        if let output = read(key, rule) { target = output }
    }

    /// Absence of the key is a problem.
    mutating func require<T>(_ key: String, _ rule: Rule<T>, into target: inout T) {
        read(key, rule, into: &target)
        reportIfMissing(key, rule.allowed)
    }

    /// Absence of the key is a problem, and nil stays nil.
    mutating func require<T>(_ key: String, _ rule: Rule<T>, into target: inout T?) {
        target = read(key, rule)
        reportIfMissing(key, rule.allowed)
    }

    /// The key as it stands in the file; nil if it is absent.
    func key(_ name: String) -> Value? {
        pairs.first { $0.key.text == name }?.key
    }

    /// What a key's own rule cannot see; told at its value, or of the whole map where it is absent.
    func report(_ key: String, found: String, allowed: String) {
        let text = "\(key): found \(found); allowed is \(allowed)"
        (value(of: key) ?? whole).report(text)
    }

    /// A key that is missing because of what other keys say.
    func report(missing key: String, required: String) {
        whole.report("found no \(key); required is \(required)")
    }

    /// Exactly one of the keys has to be there.
    func requireOne(of keys: [String]) {
        let present = keys.filter { key($0) != nil }
        if present.isEmpty {
            report(missing: alternatives(keys), required: "one of them")
        }
        for extra in present.dropFirst() {
            report(extra, found: "beside \(present[0])", allowed: "one of them")
        }
    }

    func value(of key: String) -> Value? {
        pairs.first { $0.key.text == key }?.value
    }

    // MARK: -

    private func reportIfMissing(_ name: String, _ allowed: String) {
        if key(name) == nil { report(missing: name, required: allowed) }
    }

    func reportUnknownKeys() {
        for (key, _) in pairs {
            guard let text = key.text else {
                key.report("found \(key.kind.words) as a key; \(allowedKeys)")
                continue
            }
            if asked.contains(text) { continue }
            if let meant = nearest(to: text) {
                key.report("found an unknown key \"\(text)\", did you mean \"\(meant)\"? \(allowedKeys)")
            } else {
                key.report("found an unknown key; \(allowedKeys)")
            }
        }
    }

    private var allowedKeys: String {
        "allowed are \(asked.sorted().joined(separator: ", "))"
    }

    /// The key that was probably meant.
    ///
    /// What is not near to any key is never shown: it may be a secret in the wrong place.
    private func nearest(to text: String) -> String? {
        let length = text.unicodeScalars.count
        // A longer text is near to no key, and would take long to compare.
        guard length <= 64, text.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0.isOne(of: "_-") })
        else { return nil }
        let best = asked.map { (key: $0, distance: editDistance(text, $0)) }.min { $0.distance < $1.distance }
        guard let best, best.distance <= min(3, max(1, length / 3)) else { return nil }
        return best.key
    }
}
