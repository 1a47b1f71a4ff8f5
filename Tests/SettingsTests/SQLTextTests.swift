import Testing

@testable import Settings

/// What SQL says of itself.
@Suite struct SQLTextTests {
    @Test(
        arguments: [
            ("lang = $1", [1]), ("$2 + $1 + $2", [1, 2]), ("a$1 = 1", []), ("\"$1\" = 1", []),
            ("-- $1", []), ("-- $1\n$2", [2]), ("/* $1 /* $2 */ $3 */ $4", [4]), ("'it''s' = $1", [1]),
            ("E'\\'' = $1", [1]), ("e'''$' = $1", [1]), ("'\\' = $1", [1]), ("$a$ ' $a$ = $1", [1]),
            ("$$ ' $$ = $1", [1]), ("ä$1", []), ("($10)", [10]),
        ] as [(String, Set<Int>)])
    func `parameters are what PostgreSQL takes for parameters`(_ sql: String, _ parameters: Set<Int>) {
        let text = SQLText(sql)
        #expect(text.parameters == parameters)
        #expect(text.isWhole)
        #expect(!text.hasParameterInQuotes)
    }

    @Test(arguments: ["'$1'", "'a' || 'b $12'", "E'\\'$1'", "$$ $1 $$", "$tag$ $2 $tag$", "'it''s $1'"])
    func `a parameter in quotes is none, and is noticed`(_ sql: String) {
        #expect(SQLText(sql).hasParameterInQuotes)
        #expect(SQLText(sql).parameters == [])
    }

    @Test(arguments: [
        "'", "'it''", "\"a", "$$ a", "$a$ b $$", "/* a", "/* /* */", "(a", "a)", "a) OR (b", "E'\\'",
    ])
    func `what does not end is noticed`(_ sql: String) {
        #expect(!SQLText(sql).isWhole)
    }

    @Test(arguments: [
        ("a = 1", false), ("';'", false), ("-- ;", false), ("/* ; */ a", false), ("\";\"", false),
        ("a;", true),
    ])
    func `a semicolon counts where it ends a statement`(_ sql: String, _ isFound: Bool) {
        #expect(SQLText(sql).hasSemicolon == isFound)
    }

    @Test(arguments: [
        ("SELECT 1", "select"), (" /* a */ -- b\n With x", "with"), ("(SELECT 1)", "("), ("", nil),
        ("1", nil),
    ])
    func `the first word is found behind comments`(_ sql: String, _ word: String?) {
        #expect(SQLText(sql).firstWord == word)
    }

    @Test(arguments: [("", 0), ("$1 $1", 1), ("$3 $1 $2", 3), ("$2", nil), ("$0", nil), ("$1 $3", nil)])
    func `as many values are needed as there are numbers without a gap`(_ sql: String, _ count: Int?) {
        #expect(SQLText(sql).parameterCount == count)
    }
}
