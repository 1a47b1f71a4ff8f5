import CNotify
import Glibc

/// What started this process and watches it: systemd, or whoever does as systemd does.
package struct Supervisor: Sendable, Equatable {
    /// Sockets that it listens on for us (sd_listen_fds(3)); empty where it does not.
    package let sockets: [CInt]

    /// It ends us where it hears no `Notice.watchdog` for so long; nil where it does not care.
    package let patience: Duration?

    private let notifySocket: String?

    /// Whether it wants to hear of us at all.
    package var isListening: Bool { notifySocket != nil }

    /// Reads what the environment says to `process`; what it says to another one is not for us.
    package init(environment: [String: String], process: CInt) {
        let own = String(process)
        sockets = environment["LISTEN_PID"] == own ? Self.sockets(counted: environment["LISTEN_FDS"]) : []
        patience =
            [nil, own].contains(environment["WATCHDOG_PID"])
            ? environment["WATCHDOG_USEC"].flatMap { Int64($0) }.flatMap { $0 > 0 ? .microseconds($0) : nil }
            : nil
        notifySocket = environment["NOTIFY_SOCKET"]
    }

    private static func sockets(counted text: String?) -> [CInt] {
        let first: CInt = 3  // SD_LISTEN_FDS_START
        guard let count = text.flatMap({ CInt($0) }), (1...1024).contains(count) else { return [] }
        return Array(first..<first + count)
    }

    /// Tells it everything at once; false where that did not get through, true where nobody wants to hear.
    @discardableResult
    package func tell(_ notices: Notice...) -> Bool {
        guard let notifySocket else { return true }
        return unsafe notify_send(notifySocket, notices.map(\.text).joined(separator: "\n")) == 0
    }
}

// MARK: - This process

extension Supervisor {
    private static let variables = [
        "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
    ]

    /// Ours; what it told us leaves the environment, so that no child of ours takes it for its own.
    ///
    /// Before other threads run that read the environment.
    package static func take() -> Supervisor {
        var environment: [String: String] = [:]
        for name in variables {
            environment[name] = unsafe getenv(name).map { unsafe String(cString: $0) }
            unsafe unsetenv(name)
        }
        let supervisor = Supervisor(environment: environment, process: getpid())
        // Not ours alone until they are served: no child is to keep them open.
        for socket in supervisor.sockets { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
        return supervisor
    }

    /// Now, as systemd's `MONOTONIC_USEC=` wants it.
    package static var monotonicMicroseconds: UInt64 {
        var time = timespec()
        unsafe _ = clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
    }
}
