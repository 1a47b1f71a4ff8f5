package import PoolDefinitions

extension Settings {
    /// The pool inside an application, which shows it in a document at a URL.
    package struct ApplicationPool: Sendable, Equatable {
        /// At most 63 bytes, without control characters and "/"; unique among all targets.
        package let name: String
        /// `http` or `https`, with a host and without a user.
        package var url = Secret("")
        package var format = DocumentFormat.json
        /// Names the pool where the document does not.
        package var pool: String
        package var interval = Settings.defaultInterval
        /// Of the whole request; below the interval.
        package var timeout = Duration.seconds(5)
        package var cluster: String?
        package var labels: [String: String] = [:]
        /// The target that the pool leads to, by its name.
        package var behind: String?
        package var utilization = UtilizationUnit.ratio
        /// A JSON pointer to where the preset's members are.
        package var root = JSONPointer.whole
        package var fields: [PoolField: FieldRule] = [:]
        package var access = DocumentAccess()
        package var sizing = Sizing()

        package init(name: String) {
            self.name = name
            pool = name
        }
    }
}

// MARK: - Reading

extension Settings.ApplicationPool {
    /// `interval` and `sizing` are for what the map does not say.
    static func read(
        from map: inout MapReader, interval: Duration, sizing: Sizing, in surroundings: Surroundings
    ) -> Self? {
        var name: String?
        var format: DocumentFormat?
        map.require("name", .serverName, into: &name)
        var pool = Self(name: name ?? "")
        map.require("url", .url, into: &pool.url)
        map.require("format", .choice(), into: &format)
        pool.format = format ?? pool.format
        map.read("pool", .labelValue, into: &pool.pool)
        pool.readPace(from: &map, interval: interval)
        pool.cluster = map.read("pg_cluster", .labelValue)
        map.read("labels", .labels(reserved: surroundings.reservedLabels), into: &pool.labels)
        pool.behind = map.read("behind", .serverName)
        map.read("utilization", .choice(), into: &pool.utilization)
        map.read("root", .jsonPointer, into: &pool.root)
        map.read("fields", .fields, into: &pool.fields)
        pool.access = DocumentAccess.read(from: &map, url: pool.url)
        pool.sizing = map.read("sizing", .sizing("sizing", over: sizing)) ?? sizing
        if format != nil { pool.judgeFormat(in: map) }
        return name == nil || format == nil ? nil : pool
    }

    private mutating func readPace(from map: inout MapReader, interval: Duration) {
        self.interval = interval
        map.read("interval", .duration(Settings.Server.intervals), into: &self.interval)
        timeout = min(timeout, self.interval / 3)
        map.read("timeout", .duration(.milliseconds(100) ... .seconds(60)), into: &timeout)
        if timeout >= self.interval {
            map.report("timeout", found: "a duration of the interval or more", allowed: "a shorter one")
        }
    }

    private func judgeFormat(in map: MapReader) {
        if format == .json, map.key("fields") == nil {
            map.report(missing: "fields", required: "those that the document has, since format is json")
        }
        guard format == .prometheus else { return }
        for key in ["fields", "root", "utilization"] where map.key(key) != nil {
            map.report(key, found: "beside format: prometheus", allowed: "only with a JSON document")
        }
    }
}

extension Settings.ApplicationPool {
    func polled(every interval: Duration) -> Self {
        var pool = self
        pool.interval = interval
        pool.timeout = min(timeout, interval * 2 / 3)
        return pool
    }
}
