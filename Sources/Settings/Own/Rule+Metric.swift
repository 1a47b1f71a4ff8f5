extension Rule where Output == String {
    /// A metric's name, in lower case; `reserved` is how names begin that are not an operator's to give.
    static func metricName(_ reserved: [String]) -> Rule {
        // What the formats add to the samples of histograms, counters and infos.
        let endings = ["_bucket", "_count", "_created", "_info", "_sum"]
        return Rule(
            """
            a name of lower-case letters, digits and "_" such as shop_searches_total, up to 128 bytes, that \
            does not begin with \(alternatives(reserved)) and does not end with \(alternatives(endings))
            """
        ) { value throws(Refusal) in
            let text = try Rule.text.read(value)
            if text.utf8.count > 128 { throw Refusal(found: "a longer text") }
            guard text == text.lowercased(), text.utf8.first?.isLetter == true,
                text.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0.isOne(of: "_") }),
                text.utf8.contains(UInt8(ascii: "_"))
            else { throw Refusal(found: "\(value.kind.words) that is no such name") }
            if let prefix = reserved.first(where: text.hasPrefix) {
                throw Refusal(found: "a name that begins with \(prefix)")
            }
            if let ending = endings.first(where: text.hasSuffix) {
                throw Refusal(found: "a name that ends with \(ending)")
            }
            return text
        }
    }
}
