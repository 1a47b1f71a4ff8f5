import Postgres
import SQL

extension [LocalSetting] {
    /// How long a probe's statements may take, and wait.
    static func limits(of timeout: Duration) -> [LocalSetting] {
        [
            LocalSetting("statement_timeout", timeout),
            // A little less, or the other one would end the wait first and the lock would not be named.
            LocalSetting("lock_timeout", timeout * 0.98),
            LocalSetting("idle_in_transaction_session_timeout", timeout + .seconds(5)),
        ]
    }
}
