import SQL
import Testing

@Suite struct LocalSettingTests {
    @Test(arguments: [
        (LocalSetting("hnsw.ef_search", "it's"), "SET LOCAL hnsw.ef_search = 'it''s'"),
        (LocalSetting("a", #"\'"#), #"SET LOCAL a = E'\\'''"#),
        (LocalSetting("lock_timeout", .microseconds(1)), "SET LOCAL lock_timeout = '1'"),
        (LocalSetting(searchPath: ["a b", "c\"d"]), #"SET LOCAL search_path = "a b", "c""d""#),
    ])
    func `a setting of a transaction is quoted, whatever its value`(
        _ setting: LocalSetting, _ statement: String
    ) {
        #expect(setting.statement == statement)
    }
}
