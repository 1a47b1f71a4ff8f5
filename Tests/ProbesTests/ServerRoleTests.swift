import ProbeDefinitions
import Testing

@testable import Probes

@Suite struct ServerRoleTests {
    @Test(arguments: [
        (ServerRole.any, true, true), (.primary, true, false), (.standby, false, true),
    ])
    func `a probe runs on servers of its role only`(
        _ role: ServerRole, _ onPrimary: Bool, _ onStandby: Bool
    ) {
        #expect(role.includes(standby: false) == onPrimary)
        #expect(role.includes(standby: true) == onStandby)
    }
}
