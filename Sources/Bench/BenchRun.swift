import FoundationEssentials
package import Postgres

/// One run: it makes a schema, measures in it, and removes it, whatever happens.
package struct BenchRun: Sendable {
    private let plan: Plan
    private let door: Door
    private let program: String
    private let progress: Progress
    private let interrupt: Interrupt
    /// Takes what an operator should know meanwhile.
    private let note: @Sendable (String) -> Void

    package init(
        _ plan: Plan, through door: Door, program: String, progress: Progress, interrupt: Interrupt,
        note: @escaping @Sendable (String) -> Void
    ) {
        self.plan = plan
        self.door = door
        self.program = program
        self.progress = progress
        self.interrupt = interrupt
        self.note = note
    }

    /// Blocks until it is over.
    package func result() throws(BenchError) -> BenchResult {
        progress.begin("connect")
        var owner = try step("connecting") { () throws(PostgresError) in
            try door.connect(statementTimeout: plan.profile.loadLimit, unless: interrupt)
        }
        guard !owner.isWrapped else { throw .pooled }
        let facts = try step("looking at the server") { () throws(PostgresError) in
            try ServerFacts.read(from: &owner, by: .after(.seconds(10)))
        }
        try facts.permit(plan.connections - 1)
        let schema = SchemaName.random()
        let result: BenchResult
        do throws(BenchError) {
            result = try measured(in: schema, &owner, facts)
        } catch {
            try remove(schema, after: error)
            throw error
        }
        try remove(schema)
        return result
    }

    private func remove(_ schema: SchemaName, after failure: BenchError? = nil) throws(BenchError) {
        progress.begin("clean-up")
        do throws(PostgresError) {
            try OwnSchemas(behind: door).remove(schema)
        } catch {
            if let failure { note("\(failure)") }
            throw .leftBehind(schema, error)
        }
    }

    // MARK: -

    private func measured(in schema: SchemaName, _ owner: inout Connection, _ facts: ServerFacts)
        throws(BenchError) -> BenchResult
    {
        let began = Date.now.formatted(.iso8601)
        let deadline = Deadline.after(plan.profile.loadLimit)
        let tables = Tables(in: schema, extensionSchema: facts.extensionSchema)
        let environment = try step("making the tables") { () throws(PostgresError) in
            let schemas = OwnSchemas(behind: door)
            tell(ofLeft: try schemas.left(on: &owner, by: deadline))
            try schemas.make(schema, on: &owner, by: deadline)
            try Loader(plan: plan, tables: tables, progress: progress, deadline: deadline)
                .load(&owner, maintenanceMemory: facts.maintenanceMemory)
            return try BenchResult.Environment.read(from: &owner, tables, by: deadline)
        }
        return BenchResult(
            program: program, began: began, profile: plan.profile.rawValue, seed: plan.seed, rows: plan.rows,
            dimensions: plan.dimensions, environment: environment, workloads: try workloads(on: tables))
    }

    private func workloads(on tables: Tables) throws(BenchError) -> [WorkloadResult] {
        let material = Draw.Material(plan)
        progress.begin("", of: plan.turns.count)
        var tallies: [Workload: [Tally]] = [:]
        for (number, workload) in plan.turns.enumerated() {
            progress.name(workload.rawValue)
            let seed = plan.seed &+ UInt64(number + 1) &* 1_000_003
            let tally = crowd(for: workload, on: tables).run(material, seed: seed)
            guard !interrupt.hasFired else { throw .interrupted }
            guard !tally.latencies.isEmpty else {
                throw .allFailed(workload, reasons: ResultTable.text(errors: tally.errors))
            }
            tallies[workload, default: []].append(tally)
            progress.advance()
        }
        return plan.workloads.map { workload in
            WorkloadResult(
                workload, clients: plan.size(of: workload).clients, rounds: tallies[workload] ?? [],
                targets: plan.targets[workload])
        }
    }

    private func crowd(for workload: Workload, on tables: Tables) -> Crowd {
        let size = plan.size(of: workload)
        return Crowd(
            clients: size.clients,
            client: Client(
                workload: workload, count: size.count, limit: size.limit,
                operations: workload.operations(on: tables), door: door, interrupt: interrupt))
    }

    private func tell(ofLeft schemas: [SchemaName]) {
        guard !schemas.isEmpty else { return }
        let names = schemas.map(\.text).joined(separator: ", ")
        note("earlier runs have left \(names) behind: pgvigil bench --clean-up removes what is left")
    }

    private func step<Answer>(_ name: String, _ body: () throws(PostgresError) -> Answer)
        throws(BenchError) -> Answer where Answer: ~Copyable
    {
        do throws(PostgresError) {
            return try body()
        } catch {
            throw error == .interrupted ? .interrupted : .postgres(error, during: name)
        }
    }
}
