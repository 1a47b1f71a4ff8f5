import SQL
import Testing

@Suite struct QuotingTests {
    @Test func `an array's text holds any text`() {
        #expect([#"a"b\c"#, "", "{,}", "NULL"].arrayLiteral == #"{"a\"b\\c","","{,}","NULL"}"#)
    }
}
