import PoolDefinitions

extension Rule where Output == [PoolField: FieldRule] {
    static var fields: Rule {
        .map("application_pools.fields") { map in
            var fields: [PoolField: FieldRule] = [:]
            for field in PoolField.allCases {
                fields[field] = map.read(field.rawValue, .field)
            }
            return fields
        }
    }
}

extension Rule where Output == FieldRule {
    /// A pointer alone, or a map around it.
    fileprivate static var field: Rule {
        let pointer = Rule<JSONPointer>.jsonPointer
        let detailed = Rule.map("application_pools.fields.*") { map in
            var (place, scale, missing) = (JSONPointer.whole, 1.0, FieldRule.Missing.absent)
            map.require("pointer", pointer, into: &place)
            map.read("scale", .scale, into: &scale)
            map.read("missing", .choice(), into: &missing)
            return FieldRule(place, scale: scale, missing: missing)
        }
        return Rule("\(pointer.allowed), or a map of pointer, scale and missing") { value throws(Refusal) in
            value.kind == .map ? try detailed.read(value) : FieldRule(try pointer.read(value))
        }
    }
}

extension Rule where Output == JSONPointer {
    /// RFC 6901.
    static var jsonPointer: Rule {
        Rule("a JSON pointer such as /pools/0/size") { value throws(Refusal) in
            let text = try Rule<String>.text.read(value)
            guard text.hasPrefix("/") else { throw Refusal(found: "a text that does not begin with \"/\"") }
            guard text.utf8.count <= 1024 else { throw Refusal(found: "a longer text") }
            guard let pointer = JSONPointer(text) else {
                throw Refusal(found: "a \"~\" that is neither ~0 nor ~1")
            }
            return pointer
        }
    }
}

extension Rule where Output == Double {
    fileprivate static var scale: Rule {
        Rule("a number above 0, such as 0.001") { value throws(Refusal) in
            let scale = try Rule.number.read(value)
            if scale <= 0 { throw Refusal(found: "a number out of range") }
            return scale
        }
    }
}
