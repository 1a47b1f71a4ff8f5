import Testing

@testable import Bench

@Suite struct ServerFactsTests {
    private func facts(
        isInRecovery: Bool = false, mayCreate: Bool = true, version: String? = "0.8.0",
        isInstalled: Bool = true, free: Int = 10
    ) -> ServerFacts {
        ServerFacts(
            isInRecovery: isInRecovery, database: "shop", role: "o'neill", mayCreate: mayCreate,
            extensionVersion: version, extensionSchema: "public", isExtensionInstalled: isInstalled,
            freeConnections: free, maintenanceMemory: 65_536)
    }

    @Test func `a server that has all is good`() throws {
        try facts().permit(10)
        try facts(version: "0.5.0").permit(1)
        try facts(version: "1.0").permit(1)
    }

    @Test func `each obstacle is named, with what to do`() {
        let cases: [(ServerFacts, BenchError, String)] = [
            (facts(isInRecovery: true), .inRecovery, "name the primary"),
            (
                facts(version: nil), .missingExtension(isInstalled: true),
                "as a superuser, in this database: CREATE EXTENSION vector;"
            ),
            (
                facts(version: nil, isInstalled: false), .missingExtension(isInstalled: false),
                "install pgvector on the server, then CREATE EXTENSION vector;"
            ),
            (
                facts(version: "0.4.4"), .oldExtension(version: "0.4.4"),
                "install pgvector 0.5.0 or later, then ALTER EXTENSION vector UPDATE;"
            ),
            (
                facts(mayCreate: false), .mayNotCreate(database: "shop", role: "o'neill"),
                #"GRANT CREATE ON DATABASE "shop" TO "o'neill";"#
            ),
            (
                facts(free: 9), .tooFewConnections(needed: 10, free: 9),
                "close connections, choose a smaller profile, or fewer workloads with --only"
            ),
        ]
        for (facts, error, remedy) in cases {
            #expect(throws: error) { try facts.permit(10) }
            #expect(error.remedy == remedy)
        }
    }
}
