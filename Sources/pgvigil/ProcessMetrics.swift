import Exposition
import FoundationEssentials
import Glibc

/// The usual `process_*` families, from `/proc/self`; what cannot be read is left out.
enum ProcessMetrics {
    static var families: [MetricFamily] {
        let stat = Stat()
        return [
            real(
                "process_cpu_seconds_total", .counter, "User and system CPU time spent.",
                stat.map(\.cpuSeconds)),
            real(
                "process_start_time_seconds", .gauge, "When the process was started, in seconds since 1970.",
                stat.flatMap(\.startTime)),
            whole("process_threads", "Threads of the process.", stat.map(\.threads)),
            whole("process_virtual_memory_bytes", "Virtual memory.", stat.map(\.virtualBytes)),
            whole("process_resident_memory_bytes", "Resident memory.", stat.map(\.residentBytes)),
            whole("process_open_fds", "Open file descriptors.", openDescriptors),
            whole("process_max_fds", "Open file descriptors allowed.", limit("Max open files")),
            whole("process_virtual_memory_max_bytes", "Virtual memory allowed.", limit("Max address space")),
        ].filter { !$0.samples.isEmpty }
    }

    /// The fields of `/proc/self/stat` that we show (proc(5)).
    private struct Stat {
        let cpuSeconds: Double
        let threads: Int
        let startTime: Double?
        let virtualBytes: Int
        let residentBytes: Int

        init?() {
            // The command's name, in parentheses, may itself hold spaces and parentheses; then comes field 3.
            guard let text = ProcessMetrics.read("stat"), let end = text.lastIndex(of: ")") else {
                return nil
            }
            let fields = text[end...].split(separator: " ").dropFirst().map(String.init)
            guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
                let threads = Int(fields[17]), let start = Double(fields[19]),
                let virtual = Int(fields[20]), let resident = Int(fields[21])
            else { return nil }
            let ticks = Double(sysconf(CInt(_SC_CLK_TCK)))
            cpuSeconds = (user + system) / ticks
            startTime = ProcessMetrics.bootTime.map { $0 + start / ticks }
            self.threads = threads
            virtualBytes = virtual
            residentBytes = resident * sysconf(CInt(_SC_PAGESIZE))
        }
    }

    private static let bootTime: Double? = {
        let lines = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.split(separator: "\n")
        return lines?.first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst("btime ".count)) }
    }()

    private static var openDescriptors: Int? {
        // One of them is this look's own.
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count - 1
    }

    /// The soft limit of that name; nil where there is none.
    private static func limit(_ name: String) -> Int? {
        let line = read("limits")?.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
    }

    private static func read(_ file: String) -> String? {
        try? String(contentsOfFile: "/proc/self/\(file)", encoding: .utf8)
    }

    private static func real(_ name: MetricName, _ kind: Metric.Kind, _ help: String, _ value: Double?)
        -> MetricFamily
    {
        MetricFamily(name, kind, help: help, samples: value.map { [Sample($0)] } ?? [])
    }

    private static func whole(_ name: MetricName, _ help: String, _ value: Int?) -> MetricFamily {
        MetricFamily(name, .gauge, help: help, samples: value.map { [Sample($0)] } ?? [])
    }
}
