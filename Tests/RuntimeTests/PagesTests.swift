import Dispatch
import Exposition
import Testing

@testable import Runtime

@Suite struct PagesTests {
    /// A page as the HTTP server would keep it.
    private final class Sheet: Sendable {
        let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private let registry = Registry()
    private let made = Journal<Pages<Sheet>.Request>()
    private let pages: Pages<Sheet>

    init() {
        pages = Pages(
            of: registry,
            ownFamilies: { [MetricFamily("own", .gauge, help: "Ours.", samples: [Sample(1)])] },
            prepare: { [made] pieces, request in
                made.note(request)
                return Sheet(Array(pieces.joined()))
            })
        publish(1)
    }

    private func publish(_ value: Int, to target: String = "a") {
        let family = MetricFamily("x", .gauge, help: "It.", samples: [Sample(value)])
        registry.apply([.publish([RenderedFamily(family)], job: "job", end: .seconds(60))], to: target)
    }

    private func request(_ target: String? = nil, _ format: Format = .text, gzip: Bool = false)
        -> Pages<Sheet>.Request
    {
        .init(target: target, format: format, isCompressed: gzip)
    }

    private func page(_ request: Pages<Sheet>.Request) async -> Sheet {
        await withCheckedContinuation { continuation in
            pages.make(request) { continuation.resume(returning: $0) }
        }
    }

    @Test func `the page of all targets ends with what the daemon says of itself`() async {
        let text = await page(request()).text
        #expect(text == "# TYPE own gauge\n# HELP own Ours.\nown 1\n# TYPE x gauge\n# HELP x It.\nx 1\n")
    }

    @Test func `the page of one target has only its own samples`() async {
        publish(2, to: "b")
        #expect(await page(request("b")).text == "# TYPE x gauge\n# HELP x It.\nx 2\n")
    }

    @Test func `an unknown target's page is empty`() async {
        #expect(await page(request("nobody")).text == "")
        #expect(await page(request("nobody", .openMetrics(.underscores))).text == "# EOF\n")
    }

    @Test func `a page is made once though a hundred ask at once`() async {
        let wanted = request()
        let sheets = await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { await page(wanted) } }
            return await group.reduce(into: [Sheet]()) { $0.append($1) }
        }
        #expect(sheets.count == 100)
        #expect(sheets.allSatisfy { $0 === sheets[0] })
        #expect(made.entries == [wanted])
        #expect(pages.ready(wanted) === sheets[0])
    }

    @Test func `each form of a page is made once, in whatever order they are asked for`() async {
        let forms = [
            request(), request(gzip: true), request("a"), request("a", gzip: true),
            request(nil, .openMetrics(.underscores)), request("a", .openMetrics(.underscores)),
        ]
        for order in [forms, forms.reversed(), forms] {
            await withDiscardingTaskGroup { group in
                for form in order + order { group.addTask { _ = await page(form) } }
            }
        }
        #expect(made.entries.count == forms.count)
        #expect(Set(made.entries) == Set(forms))
    }

    @Test func `a new generation makes the page anew, and no other target's`() async {
        publish(1, to: "b")
        let (a, b) = (await page(request("a")), await page(request("b")))
        publish(2)
        #expect(pages.ready(request("a")) == nil)
        #expect(pages.ready(request("b")) === b)
        let fresh = await page(request("a"))
        #expect(fresh !== a)
        #expect(fresh.text.hasSuffix("x 2\n"))
        #expect(await page(request("b")) === b)
    }

    @Test func `nothing is ready before somebody has asked`() {
        #expect(pages.ready(request()) == nil)
    }

    @Test func `a compressed page holds what the plain one says`() async {
        let plain = await page(request())
        let compressed = await page(request(gzip: true))
        #expect(gunzip(compressed.bytes) == plain.bytes)
    }

    @Test func `old pages are released when a new one is made`() async {
        weak let old = await page(request())
        weak let oldCompressed = await page(request(gzip: true))
        #expect(old != nil && oldCompressed != nil)
        publish(2)
        _ = await page(request())
        #expect(old == nil)
        #expect(oldCompressed == nil)
    }

    @Test func `a page that is still being read lives on`() async {
        let held = await page(request())
        publish(2)
        _ = await page(request())
        #expect(held.text.hasSuffix("x 1\n"))
    }
}
