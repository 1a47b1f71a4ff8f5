import PoolDefinitions

extension Settings {
    mutating func readPools(from map: inout MapReader, interval: Duration, in surroundings: Surroundings) {
        var sizing = Sizing()
        map.read("sizing", .sizing("sizing", over: sizing), into: &sizing)
        let defaults = sizing
        let pooler = Rule<Pooler?>.map("pools") {
            Pooler.read(from: &$0, interval: interval, sizing: defaults, in: surroundings)
        }
        map.read("pools", .targets("pools", pooler), into: &poolers)
        let applicationPool = Rule<ApplicationPool?>.map("application_pools") {
            ApplicationPool.read(from: &$0, interval: interval, sizing: defaults, in: surroundings)
        }
        map.read(
            "application_pools", .targets("application_pools", applicationPool), into: &applicationPools)
        checkWhatIsBehind(map)
    }

    /// What stands behind a pool is another target of the same settings.
    private func checkWhatIsBehind(_ map: MapReader) {
        let known = Set(servers.map(\.name) + poolers.map(\.name))
        let lists = ["pools", "application_pools"]
        for pool in lists.flatMap({ map.value(of: $0)?.listed ?? [] }) {
            guard let behind = pool.value(of: "behind"), let name = behind.text else { continue }
            guard known.contains(name), name != pool.value(of: "name")?.text else {
                behind.report("behind: found a name that is none; allowed is that of another target")
                continue
            }
        }
    }
}
