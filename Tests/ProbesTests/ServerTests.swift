import Testing

/// What probes make of real servers.
@Suite(.serialized, .enabled(if: !TestServer.all.isEmpty, "PGVIGIL_TEST_SERVERS names no server"))
struct ServerTests {}
