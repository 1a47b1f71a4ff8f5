import Postgres
import Probes
import Settings

/// The probes of a server's settings, as the room of probes knows them.
extension Settings.Server {
    var searches: [SearchProbe] { searchProbes.map { SearchProbe($0) } }
    var customs: [CustomProbe] { customProbes.map { CustomProbe($0) } }
}

extension SearchProbe {
    init(_ settings: Settings.SearchProbe) {
        self.init(name: settings.name, target: SearchTarget(settings.target))
        database = settings.database
        role = ServerRole(settings.role)
        queries = QuerySource(settings.queries)
        schedule = ProbeSchedule(settings.schedule)
        variants = settings.variants.map {
            Variant($0.name, settings: $0.settings.map { LocalSetting($0) }, every: $0.every)
        }
        settingsFromRole = settings.settingsFromRole
        explainEvery = settings.explainEvery
        planCheckEvery = settings.planCheckEvery
        expectedPlan = PlanExpectation(settings.expectedPlan)
        recall = RecallPlan(settings.recall)
        limits = ProbeLimits(settings.limits)
        objective = Objective(settings.objective)
    }
}

extension LocalSetting {
    init(_ setting: Settings.ServerSetting) {
        self.init(setting.name, setting.value)
    }
}

extension SearchTarget {
    fileprivate init(_ settings: Settings.SearchTarget) {
        let searched: Searched =
            switch settings.searched {
            case .column(let name): .column(name)
            case .expression(let sql): .expression(sql)
            }
        self.init(table: settings.table, searched: searched, operator: settings.operator)
        schema = settings.schema
        metric = settings.metric.map { TrueMetric(column: $0.column, operator: $0.operator) }
        rerankedCandidates = settings.rerankedCandidates
        key = settings.key
        k = settings.k
        filter = settings.filter
        filterValues =
            switch settings.filterValues {
            case .none: .none
            case .listed(let sets): .listed(sets)
            case .sql(let sql, let refresh): .sql(sql, refresh: refresh)
            }
        expectedIndex =
            switch settings.expectedIndex {
            case .auto, .none: .any  // Where none is expected, no plan is: the settings see to it.
            case .named(let name): .named(name)
            }
    }
}

extension QuerySource {
    fileprivate init(_ settings: Settings.QuerySource) {
        self.init()
        origin =
            switch settings.origin {
            case .table(let excludesDuplicates): .table(excludesDuplicates: excludesDuplicates)
            case .sql(let sql): .sql(sql)
            case .file(let path): .file(path: path)
            case .vectorChordSamples: .vectorChordSamples
            case .randomUnit: .randomUnit
            }
        count = settings.count
        refresh = settings.refresh
        seed = settings.seed
        isShuffled = settings.isShuffled
    }
}

extension RecallPlan {
    fileprivate init(_ settings: Settings.RecallPlan) {
        self.init()
        modes = Set(settings.modes.map { Mode($0) })
        exact.interval = settings.exact.interval
        exact.timeout = settings.exact.timeout
        exact.role = ServerRole(settings.exact.role)
        exact.parallelWorkers = settings.exact.parallelWorkers
        exact.longestScan = settings.exact.longestScan
        sample.rows = settings.sample.rows
        sample.refresh = settings.sample.refresh
        sample.maxBytes = settings.sample.maxBytes
        windowQueries = settings.windowQueries
        tieEpsilon = settings.tieEpsilon
        baseline =
            switch settings.baseline {
            case .learned: .learned
            case .fixed(let ratio): .fixed(ratio)
            case .byVariant(let ratios): .byVariant(ratios)
            }
    }
}

extension RecallPlan.Mode {
    fileprivate init(_ mode: Settings.RecallPlan.Mode) {
        self =
            switch mode {
            case .residentSample: .residentSample
            case .exact: .exact
            case .exactCached: .exactCached
            case .highEffort: .highEffort
            }
    }
}
