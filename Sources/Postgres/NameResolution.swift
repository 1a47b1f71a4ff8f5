import Glibc

/// How long resolving a host's name may take, which libpq does in the calling thread.
package enum NameResolution {
    /// Makes the system's resolver give up after two seconds a server, unless the operator set `RES_OPTIONS`.
    ///
    /// Changes the environment of the process: call it before there are threads.
    package static func limitPatience() {
        unsafe _ = setenv("RES_OPTIONS", "timeout:2 attempts:1", 0)
    }
}
