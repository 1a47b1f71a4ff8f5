import CMicroHTTPD
import Dispatch
import Synchronization

/// The requests whose answer comes later, each known by its ticket.
///
/// While a request is here, libmicrohttpd has it suspended: its connection stays valid, whatever the client
/// does. Each is resumed exactly once, by whoever takes it out first: its answer, or the end of the server.
final class Waiting: Sendable {
    typealias Ticket = UInt64

    private struct State {
        var isClosed = false
        var lastTicket: Ticket = 0
        var suspended: [Ticket: UInt] = [:]  // Its connection.
        var answers: [Ticket: Response] = [:]
    }

    private let state = Mutex(State())
    private let unfinished = DispatchGroup()

    /// Suspends the request; nil where the server is stopping.
    ///
    /// Only libmicrohttpd's thread may call this, from its callback.
    func suspend(_ connection: OpaquePointer) -> Ticket? {
        let connection = UInt(bitPattern: connection)
        return state.withLock { state in
            guard !state.isClosed else { return nil }
            state.lastTicket += 1
            state.suspended[state.lastTicket] = connection
            unfinished.enter()
            unsafe MHD_suspend_connection(OpaquePointer(bitPattern: connection))
            return state.lastTicket
        }
    }

    /// Keeps the answer for the request and resumes it; does nothing where it has one already.
    func answer(_ ticket: Ticket, with response: Response) {
        state.withLock { state in
            guard let connection = state.suspended.removeValue(forKey: ticket) else { return }
            state.answers[ticket] = response
            // Still locked: the server must not stop between taking a request out and resuming it.
            unsafe MHD_resume_connection(OpaquePointer(bitPattern: connection))
        }
    }

    /// The answer that the request was resumed with.
    func takeAnswer(of ticket: Ticket) -> Response? {
        state.withLock { $0.answers.removeValue(forKey: ticket) }
    }

    /// The request is over, answered or not.
    func finish(_ ticket: Ticket) {
        _ = takeAnswer(of: ticket)
        unfinished.leave()
    }

    /// Answers all of them with 503, now and from now on, and waits until they have it, at most a second.
    func close() {
        let tickets = state.withLock { state in
            state.isClosed = true
            return Array(state.suspended.keys)
        }
        for ticket in tickets { answer(ticket, with: .stopping) }
        _ = unfinished.wait(timeout: .now() + .seconds(1))
    }
}
