import Dispatch
package import Exposition
import Synchronization

/// Makes pages when they are asked for, each at most once per generation, away from the thread that asks.
///
/// `Ready` is what the HTTP server can send again and again: made once, shared by all who ask.
package final class Pages<Ready: Sendable>: Sendable {
    /// Which page, in which form.
    package struct Request: Hashable, Sendable {
        /// nil for the page of all targets.
        let target: String?
        package let format: Format
        package let isCompressed: Bool

        package init(target: String?, format: Format, isCompressed: Bool) {
            self.target = target
            self.format = format
            self.isCompressed = isCompressed
        }
    }

    package typealias Reply = @Sendable (Ready) -> Void

    private struct State {
        var made: [Request: (generation: Int, page: Ready)] = [:]
        var waiting: [Request: [Reply]] = [:]
        /// Those of one generation, so that all forms of its page say the same.
        var own: (generation: Int, families: [RenderedFamily])?
    }

    private let registry: Registry
    /// What stands on the page of all targets only.
    private let ownFamilies: @Sendable () -> [MetricFamily]
    private let prepare: @Sendable (_ pieces: [[UInt8]], Request) -> Ready
    private let queue = DispatchQueue(label: "pages")
    private let state = Mutex(State())

    package init(
        of registry: Registry, ownFamilies: @escaping @Sendable () -> [MetricFamily],
        prepare: @escaping @Sendable (_ pieces: [[UInt8]], Request) -> Ready
    ) {
        self.registry = registry
        self.ownFamilies = ownFamilies
        self.prepare = prepare
    }

    /// The page of the current generation, where it has been made already.
    package func ready(_ request: Request) -> Ready? {
        let generation = registry.generation(of: request.target)
        return state.withLock { state in
            guard let made = state.made[request], made.generation == generation else { return nil }
            return made.page
        }
    }

    /// Makes the page, once for all who wait for it.
    package func make(_ request: Request, _ reply: @escaping Reply) {
        let isFirst = state.withLock { state in
            state.waiting[request, default: []].append(reply)
            return state.waiting[request]?.count == 1
        }
        guard isFirst else { return }
        queue.async { self.make(request) }
    }

    private func make(_ request: Request) {
        let page: Ready
        if let made = ready(request) {
            page = made
        } else {
            let (generation, families) = registry.contents(of: request.target)
            dropOthers(than: request)
            page = render(request, families + own(generation, of: request.target))
            state.withLock { $0.made[request] = (generation, page) }
        }
        let replies = state.withLock { $0.waiting.removeValue(forKey: request) } ?? []
        for reply in replies { reply(page) }
    }

    private func render(_ request: Request, _ families: [RenderedFamily]) -> Ready {
        let pieces = Page(families, in: request.format).pieces
        guard request.isCompressed else { return prepare(pieces, request) }
        return prepare([Gzip.compress(pieces)], request)
    }

    private func own(_ generation: Int, of target: String?) -> [RenderedFamily] {
        guard target == nil else { return [] }
        if let own = state.withLock({ $0.own }), own.generation == generation { return own.families }
        let fresh = ownFamilies().map { RenderedFamily($0) }
        state.withLock { $0.own = (generation, fresh) }
        return fresh
    }

    /// Forgets the pages of past generations, so that at most those live on that somebody is still reading.
    private func dropOthers(than request: Request) {
        state.withLock { state in
            state.made = state.made.filter { key, made in
                key != request && made.generation == registry.generation(of: key.target)
            }
        }
    }
}
