import PoolDefinitions

extension Rule where Output == Sizing {
    /// What is not said is as in `defaults`; `place` is the key that the map stands under.
    static func sizing(_ place: String, over defaults: Sizing) -> Rule {
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
