import Testing

@testable import SQL

@Suite struct RewritingTests {
    @Test(arguments: [
        ("lang = $1", "lang = $2"),
        ("a = $1 AND b = $12 OR c = $1", "a = $2 AND b = $13 OR c = $2"),
        ("lang = $1 AND note <> '$1' AND size < $2", "lang = $2 AND note <> '$1' AND size < $3"),
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
        #expect(SQLText(sql).shiftingParameters(by: 1) == SQLText(shifted))
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
        #expect(SQLText(sql).replacingColumn("embedding", with: "Q").text == replaced)
    }

    @Test(arguments: [
        ("SELECT 1;", "SELECT 1"), ("SELECT ';' ; -- done\n", "SELECT ';'"), ("SELECT 1", "SELECT 1"),
        ("SELECT 1; SELECT 2;;", "SELECT 1; SELECT 2"), (" ; ", ""),
    ])
    func `what ends a statement goes`(_ sql: String, _ rest: String) {
        #expect(SQLText(sql).withoutTerminator.text == rest)
    }

    @Test(arguments: [
        ("a = 1", "(a = 1)"), ("a = 1 -- one", "(a = 1 -- one\n)"), ("a = '-- one'", "(a = '-- one')"),
        ("a -- one\n = 1", "(a -- one\n = 1)"),
    ])
    func `no comment swallows the parenthesis`(_ sql: String, _ parenthesized: String) {
        #expect(SQLText(sql).parenthesized == parenthesized)
    }
}
