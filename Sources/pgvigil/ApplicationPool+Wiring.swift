import Exposition
import Logging
import Pools
import Runtime
import Settings

/// What the other rooms need to know of an application pool's settings.
extension Settings.ApplicationPool {
    var endpoint: Endpoint {
        Endpoint(request, format == .prometheus ? .prometheus(pool: pool) : .json(mapping))
    }

    private var request: HTTPRequest {
        var request = HTTPRequest(url: url.revealed)
        request.credentials =
            switch access.credentials {
            case .none: .none
            case .basic(let username, let file): .basic(username: username, passwordFile: file)
            case .bearer(let file): .bearer(tokenFile: file)
            }
        request.caFile = access.caFile
        request.certificateFile = access.certificateFile
        request.keyFile = access.keyFile
        request.verifies = !access.isInsecure
        request.redirects = access.redirects
        request.longestBody = access.longestBody
        request.timeout = timeout
        return request
    }

    private var mapping: DocumentMapping {
        let preset: Preset =
            switch format {
            case .psycopgPool: .psycopgPool
            case .sqlalchemy: .sqlalchemy
            case .asyncpg: .asyncpg
            case .nodePostgres: .nodePostgres
            case .health: .health
            case .json, .prometheus: .json
            }
        var fields: [Pools.PoolField: Pools.FieldRule] = [:]
        for (field, rule) in self.fields {
            guard let field = Pools.PoolField(rawValue: field.rawValue),
                let pointer = JSONPointer(rule.pointer)
            else { preconditionFailure("the settings know fields and pointers that pools do not") }
            fields[field] = Pools.FieldRule(
                pointer, scale: rule.scale, missing: rule.missing == .zero ? .zero : .absent)
        }
        return DocumentMapping(
            preset, fields: fields, root: JSONPointer(root) ?? .whole, pool: pool,
            isPercent: utilization == .percent)
    }
}

extension EndpointTarget<Scrape> {
    /// The application pool that the settings describe; it leaves in `findings` what it found.
    convenience init(
        _ pool: Settings.ApplicationPool, into findings: ScrapeFindings,
        by thread: EndpointThread = EndpointThread(), on list: Watchlist, log: Logger
    ) {
        let endpoint = pool.endpoint
        let interruption = Interruption()
        let questions = Questions(
            timeout: pool.timeout, ask: { endpoint.scrape(unless: interruption) },
            conclude: { findings.report(of: $0 ?? .overdue(after: $1)) },
            interrupt: { interruption.fire() })
        self.init(
            pool.name, labels: Labels(cluster: pool.cluster, pool.labels), interval: pool.interval,
            questions, on: thread, registry: list.registry, timeline: list.timeline, log: log)
    }
}
