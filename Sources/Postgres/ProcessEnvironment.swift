import Glibc
import Synchronization

/// What libpq and the system's resolver take from the environment, and would do with it on their own.
package enum ProcessEnvironment {
    /// nil before `prepare`.
    private static let options = Mutex<String?>(nil)

    /// Changes the environment of the process: call it before there are threads.
    ///
    /// The system's resolver gives up after two seconds a server, unless the operator set `RES_OPTIONS`.
    /// `PGOPTIONS` is kept for servers: libpq would send it to poolers too, which refuse whoever does.
    /// What else libpq would ask a session for is of no use to us.
    package static func prepare() {
        unsafe _ = setenv("RES_OPTIONS", "timeout:2 attempts:1", 0)
        options.withLock { $0 = ConnectionOptions.defaults["options"] ?? "" }
        for name in ["PGOPTIONS", "PGDATESTYLE", "PGGEQO", "PGTZ"] { unsafe _ = unsetenv(name) }
    }

    /// `PGOPTIONS` as the operator set it.
    static var serverOptions: String {
        options.withLock { $0 } ?? ConnectionOptions.defaults["options"] ?? ""
    }
}
