import Bench
import Pools
import Probes
import Runtime

/// What a person sees at `/`: where things are, and how each target fares.
enum LandingPage {
    static let headers = [
        (name: "Content-Type", value: "text/html; charset=utf-8"),
        (name: "Content-Security-Policy", value: "default-src 'none'; style-src 'unsafe-inline'"),
        (name: "Cache-Control", value: "no-store"),
    ]

    static func html(of list: Watchlist) -> [UInt8] {
        let rows = list.targets.map { row($0) }.joined() + list.endpoints.targets.map { row($0) }.joined()
        return Array(
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>pgvigil</title>
            <style>\(style)</style>
            </head>
            <body>
            <main>
            <h1>pgvigil <small>\(BuildInfo.version)</small></h1>
            <p>Keeps watch over PostgreSQL and serves what it sees to Prometheus.</p>
            <p class="links"><a href="/metrics">/metrics</a> <a href="/-/healthy">/-/healthy</a> \
            <a href="/-/ready">/-/ready</a>\(compatibility(of: list))</p>
            <table>
            <thead><tr><th>Server</th><th>State</th><th>Collectors</th><th class="number">Polls</th>\
            <th class="number">Skipped</th><th>Metrics</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            \(pools(of: list))
            \(probes(of: list))
            </main>
            </body>
            </html>

            """.utf8)
    }

    private static func compatibility(of list: Watchlist) -> String {
        CompatibilityPages.paths(of: list.compatibility).map { #" <a href="\#($0)">\#($0)</a>"# }.joined()
    }

    private static func row(_ target: Target) -> String {
        let record = target.record
        return row(
            target.name, record.isUp, record.reasonDown ?? collectors(record.jobs), record.pollRecord)
    }

    private static func row(_ target: EndpointTarget<Scrape>) -> String {
        row(
            target.name, target.isUp, target.reasonDown ?? (target.isUp == true ? "document read" : ""),
            target.record)
    }

    private static func row(_ name: String, _ isUp: Bool?, _ work: String, _ record: PollRecord) -> String {
        """
        <tr><td>\(escaped(name))</td><td>\(state(isUp))</td><td>\(work)</td>\
        <td class="number">\(record.polls)</td><td class="number">\(record.skips)</td>\
        <td><a href="/metrics?server=\(queryEncoded(name))">own page</a></td></tr>

        """
    }

    /// The table of probes; nothing where there are none.
    private static func probes(of list: Watchlist) -> String {
        let rows = list.probes.map { probe in
            let variant = probe.summary.variants.first
            let latest = variant?.latestDuration.map { "\(($0 / .milliseconds(1)).text(decimals: 1)) ms" }
            let recall = variant?.recalls?.mean?.text(decimals: 3)
            return """
                <tr><td>\(escaped(probe.target))</td><td>\(escaped(probe.name))</td>\
                <td>\(state(probe.summary))</td><td class="number">\(latest ?? "")</td>\
                <td class="number">\(recall ?? "")</td></tr>

                """
        }
        guard !rows.isEmpty else { return "" }
        return """
            <table>
            <thead><tr><th>Server</th><th>Probe</th><th>State</th><th class="number">Latest</th>\
            <th class="number">Recall</th></tr></thead>
            <tbody>
            \(rows.joined())</tbody>
            </table>
            """
    }

    private static func state(_ summary: ProbeSummary) -> String {
        if let failure = summary.variants.first?.latestFailure {
            return #"<span class="badge bad">failing: \#(failure.rawValue)</span>"#
        }
        if !summary.isResolved, summary.skips[.unresolved] != nil {
            return #"<span class="badge bad">not resolved</span>"#
        }
        if summary.variants.contains(where: { $0.isPlanExpected == false }) {
            return #"<span class="badge bad">unexpected plan</span>"#
        }
        if summary.variants.first?.attempts ?? 0 > 0 { return #"<span class="badge good">ok</span>"# }
        let skip = summary.skips.max { $0.value < $1.value }?.key.rawValue
        return #"<span class="badge">\#(skip.map { "skipped: \($0)" } ?? "not run yet")</span>"#
    }

    private static func state(_ isUp: Bool?) -> String {
        switch isUp {
        case nil: #"<span class="badge">not polled yet</span>"#
        case true?: #"<span class="badge good">up</span>"#
        case false?: #"<span class="badge bad">down</span>"#
        }
    }

    private static func collectors(_ jobs: [JobRecord]) -> String {
        let failed = jobs.filter { $0.isSuccess == false }
        let good = jobs.filter { $0.isSuccess == true }.count
        let list = failed.map { "\($0.name): \($0.reason?.rawValue ?? "")" }.joined(separator: ", ")
        return "\(good) of \(jobs.count) work" + (failed.isEmpty ? "" : "; \(escaped(list))")
    }

    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }

    /// Everything but the unreserved characters as `%XX` (RFC 3986, section 2.3).
    private static func queryEncoded(_ text: String) -> String {
        let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return text.utf8.reduce(into: "") { result, byte in
            if unreserved.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #8884; --good: #1a7f37; --bad: #cf222e; }
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
        main { max-width: 60rem; margin: 3rem auto; padding: 0 1.5rem; }
        h1 { margin: 0; font-weight: 650; } h1 small { font-size: 1rem; font-weight: 400; opacity: .6; }
        .links a { margin-right: 1.25rem; }
        table { width: 100%; border-collapse: collapse; margin-top: 2rem; }
        th, td { text-align: left; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); }
        th { font-weight: 600; } td:last-child { white-space: nowrap; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        .badge { padding: .1rem .6rem; border-radius: 1rem; border: 1px solid var(--line); font-size: .9rem; }
        .good { background: var(--good); border-color: var(--good); color: #fff; }
        .bad { background: var(--bad); border-color: var(--bad); color: #fff; }
        """
}
