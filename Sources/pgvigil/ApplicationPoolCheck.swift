import PoolDefinitions
import Pools
import Settings

/// `check` of one application pool: what its document says, or what keeps it from being read.
struct ApplicationPoolCheck {
    private let pool: Settings.ApplicationPool
    private let report: CheckReport

    init(_ pool: Settings.ApplicationPool, _ report: CheckReport) {
        self.pool = pool
        self.report = report
    }

    /// Reads the document once; false where that fails.
    func run() -> Bool {
        report.title(pool.name)
        let scrape = pool.endpoint.scrape(unless: Interruption())
        for gap in scrape.gaps {
            report.note(
                "fields", "\(gap.field.rawValue): \(gap.pointer) leads nowhere",
                remedy:
                    "the document has "
                    + (gap.members.isEmpty ? "nothing" : gap.members.joined(separator: ", "))
            )
        }
        switch scrape.document {
        case .success(let document):
            report.good("document", Self.describe(document, status: scrape.status))
            for reading in document.pools where !reading.isLimited {
                report.note(
                    "pool", "\(reading.pool): does not say how many connections it may have",
                    remedy: "without that there is no utilization: show it, and name it with "
                        + "fields: {max_connections: …}")
            }
            return true
        case .failure(let failure):
            report.bad("document", "\(failure)", remedy: failure.remedy(for: pool))
            return false
        }
    }

    private static func describe(_ document: PoolDocument, status: Int?) -> String {
        let pools = document.pools.map { "\($0.kind.label) \($0.pool)" }
        let found = pools.isEmpty ? "no pool" : pools.joined(separator: ", ")
        return status == 200 ? found : "\(found), with HTTP \(status ?? 0)"
    }
}

extension PoolReading {
    fileprivate var isLimited: Bool { allowed != nil || utilization != nil }
}

extension ScrapeFailure {
    /// What an operator can do about it; nil where that is not known.
    fileprivate func remedy(for pool: Settings.ApplicationPool) -> String? {
        switch reason {
        case .nameResolution: "check the host's name in url, and the resolver of this machine"
        case .connect: "check host and port in url, and that the application runs and listens there"
        case .timeout:
            """
            check the network between, or give it more time: timeout (now \
            \(pool.timeout / .seconds(1)) s), and interval where that is too short
            """
        case .tls where description.contains(Self.wordsForNoTLS):
            "what answers there speaks no TLS: write http:// in url"
        case .tls:
            """
            name the authority that signed the application's certificate with ca_file, or check that the \
            certificate names the host of url; insecure: true accepts any
            """
        case .credentials: "check the file, and that this user may read it"
        case .status where description.contains("HTTP 401") || description.contains("HTTP 403"):
            "give username and password_file, or bearer_token_file, that the application lets in"
        case .status where description.contains("HTTP 404"): "check the path in url"
        case .status: hint ?? "look into the application's log: it answers with an error"
        case .tooLarge: "check that url leads to a document about pools, or raise max_body"
        case .contentType: remedyOfType(for: pool)
        case .redirect: "write the URL that it leads to, or allow redirects: 1 or more"
        case .malformed: "check that url leads to the document, and that format says what it is"
        case .mapping where pool.format == .prometheus:
            hint.map { "\($0); check that url leads to the page with the pools, and that they are measured" }
        case .mapping:
            hint.map { "\($0); write the format that it is, or name what is meant with root or fields" }
        }
    }

    /// What OpenSSL and GnuTLS say of an answer in plain HTTP.
    private static var wordsForNoTLS: Regex<Substring> {
        #/wrong version number|packet length too long|unexpected TLS packet/#
    }

    private func remedyOfType(for pool: Settings.ApplicationPool) -> String {
        pool.format == .prometheus
            ? "where the document is JSON, write another format than prometheus"
            : "where it is a page of Prometheus metrics, write format: prometheus; "
                + "a JSON document has Content-Type: application/json"
    }
}
