import Systemd
import Testing

/// What the environment says, and to whom.
@Suite struct SupervisorTests {
    private static func supervisor(_ environment: [String: String]) -> Supervisor {
        Supervisor(environment: environment, process: 42)
    }

    @Test func `without a word of systemd nothing is expected of us`() {
        let alone = Self.supervisor([:])
        #expect(alone.sockets == [])
        #expect(alone.patience == nil)
        #expect(!alone.isListening)
        #expect(alone.tell(.ready))
    }

    @Test(arguments: [
        (["LISTEN_PID": "42", "LISTEN_FDS": "1"], [3]),
        (["LISTEN_PID": "42", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "a:b:c"], [3, 4, 5]),
        (["LISTEN_PID": "43", "LISTEN_FDS": "1"], []),
        (["LISTEN_FDS": "1"], []),
        (["LISTEN_PID": "42"], []),
        (["LISTEN_PID": "42", "LISTEN_FDS": "0"], []),
        (["LISTEN_PID": "42", "LISTEN_FDS": "-1"], []),
        (["LISTEN_PID": "42", "LISTEN_FDS": "many"], []),
        (["LISTEN_PID": "42", "LISTEN_FDS": "2147483647"], []),
    ])
    func `sockets are counted from 3, and are ours only where our process is named`(
        _ environment: [String: String], _ sockets: [CInt]
    ) {
        #expect(Self.supervisor(environment).sockets == sockets)
    }

    @Test(arguments: [
        (["WATCHDOG_USEC": "30000000"], Duration.seconds(30)),
        (["WATCHDOG_USEC": "1500", "WATCHDOG_PID": "42"], .microseconds(1500)),
        (["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "43"], nil),
        (["WATCHDOG_USEC": "0"], nil),
        (["WATCHDOG_USEC": "-5"], nil),
        (["WATCHDOG_USEC": "soon"], nil),
        (["WATCHDOG_PID": "42"], nil),
    ])
    func `the watchdog waits for the process that it names, or for any`(
        _ environment: [String: String], _ patience: Duration?
    ) {
        #expect(Self.supervisor(environment).patience == patience)
    }

    @Test func `variables are taken out of the environment, and others stay`() async {
        await #expect(processExitsWith: .success) {
            let own = ["LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"]
            for name in own { setVariable(name, "7") }
            setVariable("LISTEN_PID", "1")
            setVariable("CREDENTIALS_DIRECTORY", "/run/credentials")
            _ = Supervisor.take()
            for name in own + ["LISTEN_PID"] { #expect(variable(name) == nil) }
            #expect(variable("CREDENTIALS_DIRECTORY") == "/run/credentials")
        }
    }
}
