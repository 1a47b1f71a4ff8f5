/// A setting of the server without which a collector works, and has less to say.
package struct SettingWish: Sendable, Hashable {
    package let name: String
    package let value: String
    /// What is missing without it.
    package let gain: String

    package static let timedBlocks = SettingWish(
        name: "track_io_timing", value: "on", gain: "the time spent reading and writing blocks")
    package static let timedWAL = SettingWish(
        name: "track_wal_io_timing", value: "on", gain: "the time spent writing WAL")
}
