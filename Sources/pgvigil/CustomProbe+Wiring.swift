import Postgres
import Probes
import Settings

extension CustomProbe {
    init(_ settings: Settings.CustomProbe) {
        self.init(name: settings.name, steps: settings.steps.map { Step($0) })
        database = settings.database
        role = ServerRole(settings.role)
        schedule = ProbeSchedule(settings.schedule)
        searchPath = settings.searchPath
        limits = ProbeLimits(settings.limits)
        objective = Objective(settings.objective)
    }
}

extension CustomProbe.Step {
    fileprivate init(_ step: Settings.CustomProbe.Step) {
        switch step {
        case .set(let settings): self = .set(settings.map { LocalSetting($0) })
        case .statement(let settings):
            var statement = CustomProbe.Statement(sql: settings.sql)
            statement.parameters = settings.parameters.map { CustomProbe.Parameter($0) }
            statement.isMeasured = settings.isMeasured
            statement.expectation = CustomProbe.Expectation(settings.expectation)
            self = .statement(statement)
        }
    }
}

extension CustomProbe.Parameter {
    fileprivate init(_ parameter: Settings.ProbeStatement.Parameter) {
        self =
            switch parameter {
            case .value(let text): .value(text)
            case .values(let texts): .values(texts)
            case .sql(let sql): .sql(sql)
            case .queries(let probe): .queries(probe: probe)
            }
    }
}

extension CustomProbe.Expectation {
    fileprivate init(_ settings: Settings.Expectation) {
        self.init()
        minimumRows = settings.minimumRows
        maximumRows = settings.maximumRows
        columns = settings.columns.map { column in
            var expectation = CustomProbe.ColumnExpectation(column: column.column)
            expectation.matches = column.matches
            expectation.minimum = column.minimum
            expectation.maximum = column.maximum
            return expectation
        }
        plan = settings.plan.map { PlanExpectation($0) }
    }
}
