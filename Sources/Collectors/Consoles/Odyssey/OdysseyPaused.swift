import Exposition
import PoolDefinitions

extension ConsoleCollector {
    /// Whether Odyssey holds its clients back.
    static let odysseyPaused = ConsoleCollector(
        "odyssey_paused", "Whether Odyssey is paused.", of: .odyssey, "SHOW IS_PAUSED", since: 10_400,
        columns: [
            .gauge(
                "is_paused", "odyssey_paused", "1 where PAUSE keeps clients waiting, from SHOW IS_PAUSED.",
                read: ConsoleColumn.truth)
        ])
}
