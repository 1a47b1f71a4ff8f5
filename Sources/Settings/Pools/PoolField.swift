extension Settings {
    /// What a document may say of a pool or of its application.
    package enum PoolField: String, Sendable, CaseIterable {
        case used = "connections_used"
        case idle = "connections_idle"
        case creating = "connections_creating"
        case total = "connections_total"
        case allowed = "max_connections"
        case minimum = "min_connections"
        case utilization
        case pending = "pending_requests"
        case oldestWait = "oldest_wait_seconds"
        case peakWait = "peak_wait_seconds"
        case meanWait = "mean_wait_seconds"
        case acquired = "acquire"
        case waitSeconds = "acquire_wait_seconds"
        case timeouts = "acquire_timeouts"
        case errors = "acquire_errors"
        case useSeconds = "use_seconds"

        case cacheHits = "cache_hits"
        case cacheMisses = "cache_misses"
        case cacheEvictions = "cache_evictions"
        case cacheEntries = "cache_entries"
        case threads = "threads_active"
        case cpuSeconds = "process_cpu_seconds"
        case memory = "process_resident_memory_bytes"
    }

    /// Where a document says one thing, and how.
    package struct FieldRule: Sendable, Equatable {
        /// A JSON pointer.
        package var pointer: String
        package var scale = 1.0
        package var missing = Missing.absent

        package enum Missing: String, Sendable, CaseIterable {
            case absent, zero
        }

        package init(_ pointer: String) {
            self.pointer = pointer
        }
    }
}

// MARK: - Reading

extension Rule where Output == [Settings.PoolField: Settings.FieldRule] {
    static var fields: Rule {
        .map("application_pools.fields") { map in
            var fields: [Settings.PoolField: Settings.FieldRule] = [:]
            for field in Settings.PoolField.allCases {
                fields[field] = map.read(field.rawValue, .field)
            }
            return fields
        }
    }
}

extension Rule where Output == Settings.FieldRule {
    /// A pointer alone, or a map around it.
    fileprivate static var field: Rule {
        let detailed = Rule.map("application_pools.fields.*") { map in
            var field = Settings.FieldRule("")
            map.require("pointer", .jsonPointer, into: &field.pointer)
            map.read("scale", .scale, into: &field.scale)
            map.read("missing", .choice(), into: &field.missing)
            return field
        }
        return Rule("\(Rule<String>.jsonPointer.allowed), or a map of pointer, scale and missing") {
            value throws(Refusal) in
            value.kind == .map
                ? try detailed.read(value) : Settings.FieldRule(try Rule<String>.jsonPointer.read(value))
        }
    }
}

extension Rule where Output == String {
    /// RFC 6901.
    static var jsonPointer: Rule {
        Rule("a JSON pointer such as /pools/0/size") { value throws(Refusal) in
            let text = try Rule.text.read(value)
            guard text.hasPrefix("/") else { throw Refusal(found: "a text that does not begin with \"/\"") }
            guard text.utf8.count <= 1024 else { throw Refusal(found: "a longer text") }
            let escapes = text.split(separator: "~", omittingEmptySubsequences: false).dropFirst()
            guard escapes.allSatisfy({ $0.hasPrefix("0") || $0.hasPrefix("1") }) else {
                throw Refusal(found: "a \"~\" that is neither ~0 nor ~1")
            }
            return text
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
