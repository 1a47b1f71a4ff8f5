extension Settings {
    /// How the size of a pool is judged.
    package struct Sizing: Sendable, Equatable {
        /// The share of its connections that a well-sized pool has in use.
        package var target = 0.75
        package var minimum = 5
        /// Of the advised connections, the share worth keeping open.
        package var minimumRatio = 0.3
        /// Mean utilization below which a smaller pool is advised.
        package var shrinkBelow = 0.3
        package var window = Duration.seconds(300)
        /// Of the server behind; nil for no advice about it.
        package var cores: Int?
        package var spindles = 1

        package init() {}
    }
}

// MARK: - Reading

extension Rule where Output == Settings.Sizing {
    /// What is not said is as in `defaults`; `place` is the key that the map stands under.
    static func sizing(_ place: String, over defaults: Settings.Sizing) -> Rule {
        .map(place) { map in
            var sizing = defaults
            map.read("target", .number(0.1...1), into: &sizing.target)
            map.read("minimum", .integer(1...10_000), into: &sizing.minimum)
            map.read("minimum_ratio", .number(0...1), into: &sizing.minimumRatio)
            map.read("shrink_below", .number(0...1), into: &sizing.shrinkBelow)
            map.read("window", .duration(.seconds(60) ... .seconds(3600)), into: &sizing.window)
            sizing.cores = map.read("cores", .integer(1...4096)) ?? sizing.cores
            map.read("spindles", .integer(0...1000), into: &sizing.spindles)
            return sizing
        }
    }
}
