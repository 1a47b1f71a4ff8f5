import CLibPQ
import Glibc

/// A program that prints a password.
///
/// Neither its arguments nor what it prints ever gets into a message: either may hold a secret.
struct PasswordCommand {
    private let arguments: [String]

    init(_ arguments: [String]) {
        self.arguments = arguments
    }

    /// Runs the program and returns the first line of its standard output; at the deadline it is killed.
    func firstLine(by deadline: Deadline, unless interrupt: Interrupt) throws(PostgresError) -> String {
        var ends: [CInt] = [-1, -1]
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else {
            throw failure("no pipe: \(errorText(errno))")
        }
        defer { _ = close(ends[0]) }
        let child = spawn(output: ends[1])
        _ = close(ends[1])
        guard let child else { throw failure("cannot be started: \(errorText(errno))") }

        let output = Result { () throws(PostgresError) in
            try read(from: ends[0], by: deadline, unless: interrupt)
        }
        if case .failure = output { kill(-child, SIGKILL) }
        let status = reap(child, by: deadline)
        if case .failure(.timedOut) = output { throw failure("gave no answer within its deadline") }
        let bytes = try output.get()
        guard status == 0 else { throw failure("failed with wait status \(status)") }
        return try PasswordSource.firstLine(of: bytes[...], from: "the output of password_command")
    }

    /// Everything up to the end of the output, or to the limit of a password's length.
    private func read(from descriptor: CInt, by deadline: Deadline, unless interrupt: Interrupt)
        throws(PostgresError) -> [UInt8]
    {
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1024)
        while output.count <= PasswordSource.longest {
            try wait(for: POLLIN, on: descriptor, by: deadline, unless: interrupt)
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count <= 0 { break }
            output += chunk[..<count]
        }
        return output
    }

    /// Starts the program in a process group of its own, without our standard input.
    private func spawn(output: CInt) -> pid_t? {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        // What it complains of may hold secrets too.
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Sockets that libpq has just opened in other threads are not yet closed on exec.
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var defaults = sigset_t()
        unsafe sigfillset(&defaults)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var child: pid_t = 0
        let error = unsafe withCStrings(arguments) { arguments in
            var arguments = unsafe arguments.map { unsafe UnsafeMutablePointer(mutating: $0) } + [nil]
            guard let program = unsafe arguments[0] else { return EINVAL }
            return unsafe posix_spawnp(&child, program, &actions, &attributes, &arguments, environ)
        }
        errno = error
        return error == 0 ? child : nil
    }

    /// Waits for the program's end; one that has closed its output and lives on is killed at the deadline.
    private func reap(_ child: pid_t, by deadline: Deadline) -> CInt {
        var status: CInt = 0
        while true {
            if deadline.hasPassed { kill(-child, SIGKILL) }
            let ended = unsafe waitpid(child, &status, WNOHANG)
            if ended == child { return status }
            if ended == -1, errno != EINTR { return -1 }
            usleep(2000)  // Nothing but SIGCHLD, which is not ours alone, tells when a child ends.
        }
    }

    private func failure(_ text: String) -> PostgresError {
        .cannotConnect(.passwordSource, "password_command \(text)")
    }
}
