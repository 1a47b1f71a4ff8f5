/// What systemd may be told of us, in its own words (sd_notify(3)).
package enum Notice: Sendable, Equatable {
    /// Started, or done with reloading.
    case ready
    /// Settings are read again; the time is when that began, on the monotonic clock.
    case reloading(microseconds: UInt64)
    case stopping
    /// Alive: the watchdog starts counting from anew.
    case watchdog
    /// A line for people, which `systemctl status` shows.
    case status(String)

    var text: String {
        switch self {
        case .ready: "READY=1"
        case .reloading(let microseconds): "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
        case .stopping: "STOPPING=1"
        case .watchdog: "WATCHDOG=1"
        case .status(let line): "STATUS=\(line.split(whereSeparator: \.isNewline).joined(separator: " "))"
        }
    }
}
