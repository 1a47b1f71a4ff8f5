import Exposition
import Testing

@testable import Pools

/// How full a server is, as its own collectors found it.
@Suite struct ServerPlacesTests {
    private static let start = Duration.seconds(1000)
    private static let both: Set = ["activity", "settings"]

    private static let clients: [MetricFamily] = [
        .gauges(
            "pg_stat_activity_connections",
            [
                (["datname": "app", "usename": "web", "state": "active"], 12),
                (["datname": "app", "usename": "web", "state": "idle"], 26),
            ]),
        .gauges("pg_stat_activity_backends", [(["backend_type": "client backend"], 38)]),
    ]

    private static func settings(_ numbers: KeyValuePairs<String, Double>) -> [MetricFamily] {
        [.gauges("pg_settings_number", numbers.map { (["name": $0.key], $0.value) })]
    }

    private static let newest = settings([
        "max_connections": 100, "superuser_reserved_connections": 3, "reserved_connections": 2,
        "max_worker_processes": 8,
    ])

    /// After activity, found each 15 s, and settings, found each minute, both at the same time.
    private static func places(
        _ activity: [MetricFamily] = clients, _ settings: [MetricFamily] = newest
    ) -> ServerPlaces {
        var places = ServerPlaces()
        places.note(activity, of: .activity, at: start, every: .seconds(15))
        places.note(settings, of: .settings, at: start, every: .seconds(60))
        return places
    }

    @Test func `clients are counted against the places that are not reserved`() {
        #expect(Self.places().saturation(at: Self.start, shown: Self.both) == 38.0 / 95)
    }

    @Test func `before PostgreSQL 16 places are reserved for superusers alone`() {
        let old = Self.settings(["max_connections": 100, "superuser_reserved_connections": 3])
        #expect(Self.places(Self.clients, old).saturation(at: Self.start, shown: Self.both) == 38.0 / 97)
    }

    @Test func `a server that nobody but us is connected to is empty`() {
        #expect(Self.places([]).saturation(at: Self.start, shown: Self.both) == 0)
    }

    @Test func `superusers may take more than there is for others`() {
        let few = Self.settings(["max_connections": 39, "superuser_reserved_connections": 3])
        #expect(Self.places(Self.clients, few).saturation(at: Self.start, shown: Self.both) == 38.0 / 36)
    }

    @Test(arguments: [
        (second: 30.0, isKnown: true), (30.1, false),
    ])
    func `clients that were counted more than two intervals ago say nothing`(
        _ second: Double, _ isKnown: Bool
    ) {
        let saturation = Self.places().saturation(at: Self.start + .seconds(second), shown: Self.both)
        #expect(saturation == (isKnown ? 38.0 / 95 : nil))
    }

    @Test(arguments: [
        (second: 120.0, isKnown: true), (120.1, false),
    ])
    func `settings that were read more than two intervals ago say nothing`(
        _ second: Double, _ isKnown: Bool
    ) {
        var places = Self.places()
        let now = Self.start + .seconds(second)
        places.note(Self.clients, of: .activity, at: now, every: .seconds(15))
        #expect(places.saturation(at: now, shown: Self.both) == (isKnown ? 38.0 / 95 : nil))
    }

    @Test(arguments: [[], ["activity"], ["settings"], ["server", "locks"]])
    func `what is not on the page of the server says nothing, as while that is down`(_ shown: [String]) {
        #expect(Self.places().saturation(at: Self.start, shown: Set(shown)) == nil)
    }

    @Test(arguments: ServerPlaces.Source.allCases)
    func `one of the two alone says nothing`(_ source: ServerPlaces.Source) {
        var places = ServerPlaces()
        #expect(places.saturation(at: Self.start, shown: Self.both) == nil)
        places.note(Self.clients + Self.newest, of: source, at: Self.start, every: .seconds(60))
        #expect(places.saturation(at: Self.start, shown: Self.both) == nil)
    }

    @Test(
        arguments: [
            ["max_connections": 100], ["superuser_reserved_connections": 3],
            ["max_connections": 3, "superuser_reserved_connections": 3],
        ] as [KeyValuePairs<String, Double>])
    func `without places there is no share of them, whatever was read before`(
        _ numbers: KeyValuePairs<String, Double>
    ) {
        var places = Self.places()
        places.note(Self.settings(numbers), of: .settings, at: Self.start, every: .seconds(60))
        #expect(places.saturation(at: Self.start, shown: Self.both) == nil)
    }
}

extension MetricFamily {
    fileprivate static func gauges(_ name: MetricName, _ figures: [(labels: Labels, value: Double)])
        -> MetricFamily
    {
        MetricFamily(
            Metric(name, .gauge, help: ""),
            samples: figures.map { Sample(.real($0.value), labels: $0.labels) })
    }
}
