/// What a client asks for in `Accept` and `Accept-Encoding`, and what it gets (RFC 9110, section 12).
package enum Negotiation {
    /// The best of our formats for an `Accept` header.
    ///
    /// The highest quality wins, then the order in the header.
    /// No header, `*/*` or nothing of ours gives `.text`.
    package static func format(accept: String?) -> Format {
        let clauses = clauses(of: accept ?? "")
        // A refused wildcard refuses nothing: what it would match is named elsewhere, or not wanted anyway.
        let refused = clauses.filter { $0.quality == 0 && !$0.value.hasSuffix("/*") }.compactMap {
            offer(for: $0)
        }
        let best = clauses.filter { $0.quality > 0 }
            .compactMap { clause in offer(for: clause).map { (format: $0, quality: clause.quality) } }
            .filter { !refused.contains($0.format) }
            .reduce(nil as (format: Format, quality: Int)?) { best, next in
                if let best, best.quality >= next.quality { best } else { next }
            }
        return best?.format ?? .text
    }

    /// Whether the answer is to be compressed: where gzip is at least as welcome as plain bytes.
    package static func wantsGzip(acceptEncoding: String?) -> Bool {
        guard let acceptEncoding else { return false }
        var qualities: [String: Int] = [:]
        for clause in clauses(of: acceptEncoding) {
            qualities[clause.value] = qualities[clause.value] ?? clause.quality
        }
        let gzip = qualities["gzip"] ?? qualities["x-gzip"] ?? qualities["*"]
        let identity = qualities["identity"] ?? qualities["*"]
        // Where nothing is left that we could send, gzip is understood.
        if gzip == nil, identity == 0 { return true }
        return (gzip ?? 0) > 0 && (gzip ?? 0) >= (identity ?? 0)
    }

    private static func offer(for clause: Clause) -> Format? {
        let escaping = clause.parameters["escaping"].flatMap(Format.Escaping.init(rawValue:)) ?? .underscores
        return switch (clause.value, clause.parameters["version"]) {
        case ("application/openmetrics-text", "1.0.0"): .openMetrics(escaping)
        case ("application/openmetrics-text", "0.0.1"), ("application/openmetrics-text", nil),
            ("application/*", nil):
            .oldOpenMetrics
        case ("text/plain", "1.0.0"): .escapedText(escaping)
        case ("text/plain", "0.0.4"), ("text/plain", nil), ("text/*", nil), ("*/*", nil): .text
        default: nil
        }
    }

    /// An element of a header's list.
    private struct Clause {
        let value: String
        var parameters: [String: String] = [:]
        /// Thousandths, 0 to 1,000.
        var quality = 1000
    }

    /// In bytes; a longer header is taken for none.
    private static let longestHeader = 8192

    /// The well-formed elements.
    private static func clauses(of header: String) -> [Clause] {
        guard header.utf8.count <= longestHeader else { return [] }
        return header.split(separator: ",").compactMap { clause(in: $0) }
    }

    private static func clause(in element: Substring) -> Clause? {
        let parts = element.split(separator: ";", omittingEmptySubsequences: false).map {
            $0.trimmed.lowercased()
        }
        guard let value = parts.first, !value.isEmpty else { return nil }
        var clause = Clause(value: value)
        for part in parts.dropFirst() where !part.isEmpty {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard pair.count == 2 else { return nil }
            if pair[0] == "q" {
                guard let quality = quality(pair[1]) else { return nil }
                clause.quality = quality
            } else {
                clause.parameters[String(pair[0])] = pair[1].unquoted
            }
        }
        return clause
    }

    /// `0`, `1`, or either with up to three decimals, at most 1.
    private static func quality(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole == "0" || whole == "1" else { return nil }
        let decimals = parts.count == 2 ? parts[1] : ""
        guard decimals.count <= 3, decimals.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
        let padded = decimals + String(repeating: "0", count: 3 - decimals.count)
        let thousandths = (whole == "1" ? 1000 : 0) + (Int(padded) ?? 0)
        return thousandths <= 1000 ? thousandths : nil
    }
}

extension StringProtocol {
    /// Without spaces and tabs at either end.
    fileprivate var trimmed: SubSequence {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = drop(while: isBlank)
        guard let end = start.lastIndex(where: { !isBlank($0) }) else { return start }
        return start[...end]
    }

    fileprivate var unquoted: String {
        count >= 2 && first == "\"" && last == "\"" ? String(dropFirst().dropLast()) : String(self)
    }
}
