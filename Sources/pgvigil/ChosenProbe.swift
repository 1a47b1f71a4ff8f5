import ArgumentParser
import Postgres
import ProbeDefinitions
import Probes
import Synchronization

/// A probe that is to be run by hand, and how to reach what it asks.
struct ChosenProbe: Sendable {
    enum Kind: Sendable {
        case search(SearchProbe)
        /// With the search probes of its server, whose query vectors it may take.
        case custom(CustomProbe, [SearchProbe])
    }

    let kind: Kind
    let target: ConnectionTarget

    /// The query vectors of those of `searches` that a custom probe names, by name, drawn as they would be.
    func vectors(for probe: CustomProbe, of searches: [SearchProbe]) async throws -> [String: [String]] {
        let named = Set(probe.statements.flatMap(\.parameters).compactMap(\.search))
        var vectors: [String: [String]] = [:]
        for search in searches where named.contains(search.name) {
            vectors[search.name] = try await texts(of: search)
        }
        return vectors
    }

    private func texts(of search: SearchProbe) async throws -> [String] {
        let outcome = Mutex<Result<[String], SearchError>>(.success([]))
        let role = Mutex("")
        let session = ProbeSession(name: "probe", target: target, database: search.database)
        try await session.use { connection, server throws(PostgresError) in
            role.withLock { $0 = server.roleName }
            let deadline = Deadline.after(.seconds(60))
            let found: Result<[String], SearchError>
            do throws(SearchError) {
                let resolved = try Search.resolve(search, on: &connection, by: deadline)
                found = .success(try resolved.drawQueries(on: &connection, by: deadline).map(\.text))
            } catch {
                found = .failure(error)
            }
            outcome.withLock { $0 = found }
        }
        switch outcome.withLock({ $0 }) {
        case .success(let texts): return texts
        case .failure(let error):
            StandardError.print("probe: no query vectors of \(search.name): \(error)")
            if let remedy = error.remedy(for: search, as: role.withLock { $0 }) {
                StandardError.print("mend: \(remedy)")
            }
            throw ExitCode.targetFailed
        }
    }
}

extension CustomProbe.Parameter {
    /// The search probe whose query vectors it takes.
    fileprivate var search: String? {
        if case .queries(let probe) = self { probe } else { nil }
    }
}
