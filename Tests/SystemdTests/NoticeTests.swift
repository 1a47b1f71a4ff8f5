import Foundation
import Systemd
import Testing

/// What arrives at the socket that systemd named.
@Suite struct NoticeTests {
    /// Of both kinds, and as long as such a name can be.
    static let places = {
        let unique = UUID().uuidString
        let long = "\(FileManager.default.temporaryDirectory.path())\(unique).".replacing("//", with: "/")
        return [
            "\(FileManager.default.temporaryDirectory.path())\(unique)", "@pgvigil-\(unique)",
            long + String(repeating: "x", count: 107 - long.utf8.count),
        ]
    }()

    private static func supervisor(at path: String) -> Supervisor {
        Supervisor(environment: ["NOTIFY_SOCKET": path], process: 42)
    }

    @Test(arguments: places)
    func `each way of naming the socket is understood`(_ path: String) throws {
        let receiver = try Receiver(at: path)
        #expect(Self.supervisor(at: path).tell(.ready))
        #expect(receiver.next() == "READY=1")
        #expect(receiver.next() == nil)
    }

    @Test(arguments: [
        ([Notice.ready, .status("watching 2 servers, 1 up")], "READY=1\nSTATUS=watching 2 servers, 1 up"),
        ([.reloading(microseconds: 12_345)], "RELOADING=1\nMONOTONIC_USEC=12345"),
        ([.stopping], "STOPPING=1"),
        ([.watchdog], "WATCHDOG=1"),
        ([.status("a\nREADY=1\r\nb")], "STATUS=a READY=1 b"),
    ])
    func `notices are lines of one datagram`(_ notices: [Notice], _ text: String) throws {
        let path = "@pgvigil-\(UUID().uuidString)"
        let receiver = try Receiver(at: path)
        let supervisor = Self.supervisor(at: path)
        let isTold =
            notices.count == 2 ? supervisor.tell(notices[0], notices[1]) : supervisor.tell(notices[0])
        #expect(isTold)
        #expect(receiver.next() == text)
        #expect(receiver.next() == nil)
    }

    @Test(arguments: [
        "/nowhere/notify", "@pgvigil-nobody", "relative", "", "/", "@", "vsock:2:1234",
        "/" + String(repeating: "x", count: 107),
    ])
    func `a socket that is not there is told so, and no harm done`(_ path: String) {
        #expect(!Self.supervisor(at: path).tell(.ready))
    }

    @Test func `the monotonic clock is the system's`() {
        let before = Supervisor.monotonicMicroseconds
        let uptime = ProcessInfo.processInfo.systemUptime * 1e6
        #expect(abs(Double(before) - uptime) < 1e6)
        #expect(Supervisor.monotonicMicroseconds >= before)
    }
}
