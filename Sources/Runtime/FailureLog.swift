import Logging
import Postgres
import Synchronization

/// Writes what goes wrong with a target: when it begins, when its reason changes, and when it ends.
struct FailureLog: Sendable {
    private let log: Logger
    private let reasons: Reasons

    init(_ log: Logger, target: String) {
        var log = log
        log[metadataKey: "server"] = "\(target)"
        self.log = log
        reasons = Reasons()
    }

    func report(_ poll: PollReport) {
        report(
            "server", poll.failure.map { ($0.reason, "\($0)") }, "the server does not answer",
            "the server answers")
        for outcome in poll.outcomes {
            var failure: (String, String)?
            if case .failure(let found) = outcome.result { failure = (found.reason.rawValue, found.message) }
            report(
                "collector \(outcome.job)", failure, "the collector failed", "the collector works",
                collector: outcome.job)
        }
    }

    /// After a tour; that a server or database cannot be reached is said of polls and visits.
    func report(_ fates: [TourHistory.Fate]) {
        for fate in fates where fate.failure?.what.reason != .connection {
            report(
                "collector \(fate.job)", fate.failure.map { ($0.what.reason.rawValue, $0.what.message) },
                "the collector failed", "the collector works", collector: fate.job,
                database: fate.failure?.database)
        }
    }

    func report(_ visit: Visit) {
        switch visit {
        case .letIn:
            report("visit", nil, "", "a fresh connection is let in")
        case .failed(.cannotConnect(.connectionLimit, _)):
            break
        case .failed(let failure):
            report("visit", (failure.reason, "\(failure)"), "a fresh connection is not let in", "")
        }
    }

    func report(_ failure: EndpointReport.Failure?) {
        report(
            "endpoint", failure.map { ($0.reason, $0.message) }, "the endpoint cannot be read",
            "the endpoint can be read")
    }

    private func report(
        _ subject: String, _ failure: (reason: String, message: String)?, _ begun: Logger.Message,
        _ ended: Logger.Message, collector: String? = nil, database: String? = nil
    ) {
        guard reasons.changed(subject, to: failure?.reason) else { return }
        var metadata: Logger.Metadata = [:]
        if let collector { metadata["collector"] = "\(collector)" }
        if let database { metadata["database"] = "\(database)" }
        if let failure {
            metadata["reason"] = "\(failure.reason)"
            metadata["error"] = "\(failure.message)"
            log.warning(begun, metadata: metadata)
        } else {
            log.notice(ended, metadata: metadata)
        }
    }

    /// What is wrong with each subject now.
    private final class Reasons: Sendable {
        private let current = Mutex<[String: String]>([:])

        func changed(_ subject: String, to reason: String?) -> Bool {
            current.withLock { current in
                defer { current[subject] = reason }
                return current[subject] != reason
            }
        }
    }
}
