import CLibPQ
import Glibc

/// A connection on its way, which may outlive the deadline of whoever waits for it.
package struct ConnectionAttempt: ~Copyable {
    private let target: ConnectionTarget
    private let interrupt: Interrupt
    private let whereabouts: Whereabouts
    private var handle: Handle
    private var next = PGRES_POLLING_WRITING  // As libpq wants it before the first PQconnectPoll.
    private var sendsOptions: Bool

    /// Begins to connect, and resolves names in this thread: libpq knows no deadline there.
    package init(
        to target: ConnectionTarget, by deadline: Deadline, unless interrupt: Interrupt,
        noting whereabouts: Whereabouts = Whereabouts()
    ) throws(PostgresError) {
        let sendsOptions = !target.isPooled && !target.kind.isPooler
        handle = try Self.start(target, sendsOptions, by: deadline, unless: interrupt, noting: whereabouts)
        self.target = target
        self.interrupt = interrupt
        self.whereabouts = whereabouts
        self.sendsOptions = sendsOptions
    }

    /// Goes on until the server has let us in.
    ///
    /// Throws `.timedOut` at the deadline: go on later, where `mayStillSucceed`.
    /// After any other error it is over.
    package mutating func advance(by deadline: Deadline) throws(PostgresError) {
        while next != PGRES_POLLING_OK {
            switch next {
            case PGRES_POLLING_READING: try wait(for: POLLIN, by: deadline)
            case PGRES_POLLING_WRITING: try wait(for: POLLOUT, by: deadline)
            default: break
            }
            next = unsafe PQconnectPoll(handle.pointer)
            guard next == PGRES_POLLING_FAILED else { continue }
            let failure = ConnectFailure.reading(handle.message)
            guard sendsOptions, Self.refusesOptions(failure) else { throw failure }
            try startWithoutOptions(by: deadline)
        }
    }

    /// Whether the server's host has answered: until then nothing on the server's side waits for us.
    package var mayStillSucceed: Bool {
        guard handle.socket >= 0 else { return false }
        return handle.tcpState.map { $0.tcpi_state == Self.established } ?? true
    }

    /// The connection, once `advance` has returned.
    package consuming func connection() -> Connection {
        Connection(
            handle, to: target.kind, settings: target.settings,
            isWrapped: !sendsOptions && !target.kind.isPooler, interrupt: interrupt)
    }

    // MARK: -

    private static let established = 1  // TCP_ESTABLISHED of netinet/tcp.h.

    private static func start(
        _ target: ConnectionTarget, _ sendsOptions: Bool, by deadline: Deadline, unless interrupt: Interrupt,
        noting whereabouts: Whereabouts
    ) throws(PostgresError) -> Handle {
        whereabouts.enter(.password)
        let parameters = try target.parameters(
            withOptions: sendsOptions, by: deadline, unless: interrupt)
        whereabouts.enter(.name)
        defer { whereabouts.enter(.connection) }
        let pointer = unsafe withCStrings(parameters.map(\.keyword)) { keywords in
            unsafe withCStrings(parameters.map(\.value)) { values in
                let (keywords, values) = unsafe (Array(keywords) + [nil], Array(values) + [nil])
                return unsafe PQconnectStartParams(keywords, values, 1)
            }
        }
        guard let pointer = unsafe pointer else { throw .cannotConnect(.other, "out of memory") }
        let handle = unsafe Handle(owning: pointer)  // From here on, its deinit closes it.
        unsafe PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)  // Only so the text holds the SQLSTATE.
        unsafe PQsetNoticeReceiver(pointer, { _, _ in }, nil)  // libpq would print notices to our stderr.
        if handle.isBroken { throw ConnectFailure.reading(handle.message) }
        return handle
    }

    private mutating func startWithoutOptions(by deadline: Deadline) throws(PostgresError) {
        handle = try Self.start(target, false, by: deadline, unless: interrupt, noting: whereabouts)
        next = PGRES_POLLING_WRITING
        sendsOptions = false
    }

    private func wait(for events: CInt, by deadline: Deadline) throws(PostgresError) {
        try Postgres.wait(for: events, on: handle.socket, by: deadline, unless: interrupt)
    }

    /// Poolers refuse startup parameters that they do not know: PgBouncer with SQLSTATE 08P01.
    private static func refusesOptions(_ failure: PostgresError) -> Bool {
        guard case .cannotConnect(_, let message) = failure else { return false }
        return message.contains("startup parameter")
    }
}
