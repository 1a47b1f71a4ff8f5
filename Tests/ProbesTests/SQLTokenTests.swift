import Testing

@testable import Probes

@Suite struct SQLTokenTests {
    @Test(arguments: [
        ("lang = $1", "lang = $2"),
        ("a = $1 AND b = $12 OR c = $1", "a = $2 AND b = $13 OR c = $2"),
        ("a = '$1' AND b = $1", "a = '$1' AND b = $2"),
        ("a = 'it''s $1' AND b = $1", "a = 'it''s $1' AND b = $2"),
        (#"a = '\' AND b = $1"#, #"a = '\' AND b = $2"#),
        (#"a = E'\'$1' AND b = $1"#, #"a = E'\'$1' AND b = $2"#),
        (#"type'\' = $1"#, #"type'\' = $2"#),
        (#""col$1" = $1"#, #""col$1" = $2"#),
        (#""a""$1" = $1"#, #""a""$1" = $2"#),
        ("a$1 = $1", "a$1 = $2"),
        ("é$1 = $1", "é$1 = $2"),
        ("a = $$ $1 $$ AND b = $1", "a = $$ $1 $$ AND b = $2"),
        ("a = $x$ $$ $1 $x$ AND b = $1", "a = $x$ $$ $1 $x$ AND b = $2"),
        ("a = $1 -- not $1\n AND b = $2", "a = $2 -- not $1\n AND b = $3"),
        ("a = $1 /* $1 /* $1 */ $1 */ AND b = $2", "a = $2 /* $1 /* $1 */ $1 */ AND b = $3"),
        ("a=ANY($1)", "a=ANY($2)"),
        ("a - -$1", "a - -$2"),
        ("1$1", "1$2"),
        ("'open $1", "'open $1"),
        ("$", "$"),
        ("", ""),
    ])
    func `parameters are counted on, and what only looks like one stays`(_ sql: String, _ shifted: String) {
        #expect(sql.shiftingParameters(by: 1) == shifted)
        #expect(SQLToken.tokens(of: sql).map(\.text).joined() == sql)
    }

    @Test(arguments: [
        ("binary_quantize(embedding)::bit(3)", "binary_quantize(Q)::bit(3)"),
        ("Embedding::halfvec(3)", "Q::halfvec(3)"),
        (#""embedding"::halfvec(3)"#, "Q::halfvec(3)"),
        ("docs.embedding::halfvec(3)", "Q::halfvec(3)"),
        ("embedding(embedding)", "embedding(Q)"),
        ("embedding.x || 'embedding' || embedding_two", "embedding.x || 'embedding' || embedding_two"),
        (#""Embedding"::halfvec(3)"#, #""Embedding"::halfvec(3)"#),
    ])
    func `a column is replaced where it is one`(_ sql: String, _ replaced: String) {
        #expect(sql.replacingColumn("embedding", with: "Q") == replaced)
    }

    @Test(arguments: [
        ("binary_quantize(embedding)::bit(3)", "(binary_quantize(embedding))::bit(3)"),
        ("Embedding :: halfvec(3)", "((embedding)::public.halfvec(3))"),
        (#"lang='en'"#, #"(lang = 'en')"#),
    ])
    func `two writings of one expression have the same core`(_ one: String, _ other: String) {
        #expect(one.expressionCore == other.expressionCore)
    }

    @Test func `expressions that differ have different cores`() {
        #expect("embedding::halfvec(3)".expressionCore != "embedding::halfvec(4)".expressionCore)
        #expect("lang = 'en'".expressionCore != "lang = 'EN'".expressionCore)
        #expect(#""A" = 1"#.expressionCore != "a = 1".expressionCore)
    }

    @Test(arguments: [
        ("SELECT 1;", "SELECT 1"), ("SELECT ';' ; -- done\n", "SELECT ';'"), ("SELECT 1", "SELECT 1"),
    ])
    func `what ends a statement goes`(_ sql: String, _ rest: String) {
        #expect(sql.withoutTerminator == rest)
    }

    @Test func `an array's text holds any text`() {
        #expect([#"a"b\c"#, "", "{,}", "NULL"].arrayLiteral == #"{"a\"b\\c","","{,}","NULL"}"#)
    }
}
