import Testing

@testable import SQL

/// What SQL says of itself.
@Suite struct SQLTextTests {
    @Test(arguments: [
        "SELECT 1", "SELECT 'it''s $1' || $2", #"SELECT "a;b$1" FROM c"#, #"SELECT E'\'; $1' , $3"#,
        "SELECT $tag$ ; $1 $other$ $tag$ || $1", "SELECT $$ $1 $$", "-- one; $1\nSELECT $1",
        "SELECT /* a /* b; */ $2 */ 1", "SELECT a$1 FROM b", "SELECT 'open", "SELECT /* open",
        "SELECT $x$ open", "SELECT \"open", "SELECT E'\\", "", ";;", "$",
        "SELECT price$ FROM t WHERE a = $12",
        "SELECT élan'x'", "SELECT $007", "SELECT $99999999999999999999", "E'a'\r\n -- b\n\t'\\''",
    ])
    func `no character is lost`(_ sql: String) {
        #expect(SQLText(sql).text == sql)
    }

    @Test(
        arguments: [
            ("lang = $1", [1]), ("$2 + $1 + $2", [1, 2]), ("SELECT $1, $2, $1", [1, 2]), ("($10)", [10]),
            ("1$1", [1]), ("a$1 = 1", []), ("ä$1", []), ("price$1", []), ("\"$1\" = 1", []),
            ("\"\"\"$1\" = $2", [2]), ("-- $1", []), ("-- $1\n$2", [2]), ("-- $1\r$2", [2]),
            ("/* $1 /* $2 */ $3 */ $4", [4]), ("/*/ $1 */ $2", [2]), ("a*/* $1 */$2", [2]),
            ("'it''s' = $1", [1]), ("E'\\'' = $1", [1]), ("e'''$' = $1", [1]), ("'\\' = $1", [1]),
            ("type'\\' = $1", [1]), ("N'\\' = $1", [1]), ("$a$ ' $a$ = $1", [1]), ("$$ ' $$ = $1", [1]),
            ("$a$ $b $c$ $a$, $3", [3]), ("$é$ ' $é$ = $1", [1]), ("$a$1$1", []), ("$0", [0]),
            ("$65535", [65535]), ("$65536", []), ("$99999999999999999999", []),
        ] as [(String, Set<Int>)])
    func `parameters are what PostgreSQL takes for parameters`(_ sql: String, _ parameters: Set<Int>) {
        #expect(SQLText(sql).parameters == parameters)
    }

    @Test(arguments: [
        ("", 0), ("$1 $1", 1), ("$3 $1 $2", 3), ("$2", nil), ("$0", nil), ("$1 $3", nil), ("$1 $65536", nil),
        ("$1 $99999999999999999999", nil),
    ])
    func `as many values are needed as there are numbers without a gap`(_ sql: String, _ count: Int?) {
        #expect(SQLText(sql).parameterCount == count)
    }

    @Test(arguments: [
        "'$1'", "'a' || 'b $12'", #"E'\'$1'"#, "$$ $1 $$", "$tag$ $2 $tag$", "$tag$$2$tag$", "'it''s $1'",
        "b'$1'", "'$1",
    ])
    func `a parameter in quotes is none, and is noticed`(_ sql: String) {
        #expect(SQLText(sql).hasParameterInQuotes)
        #expect(SQLText(sql).parameters == [])
    }

    @Test(arguments: [
        "lang = $1", "\"$1\" = 1", "-- $1", "/* $1 */ $2", "'it''s' = $1", "'$'", "'$''1'", "'$a'",
        "$a$1$a$", "$$1$$", "$a1$ $a1$", "e'''$' = $1", "'a' $1", "a$1 = 'b'",
    ])
    func `what is no parameter in quotes is taken for none`(_ sql: String) {
        #expect(!SQLText(sql).hasParameterInQuotes)
    }

    @Test(arguments: [
        "'", "'it''", "\"a", "\"a\"\"", "$$ a", "$a$ b $$", "/* a", "/*/", "/* /* */", "(a", "a)",
        "a) OR (b", #"E'\'"#, #"E'\"#, "E'a'\n'\\'", "b'1",
    ])
    func `what does not end is noticed`(_ sql: String) {
        #expect(!SQLText(sql).isWhole)
    }

    @Test(arguments: [
        "", "lang = ANY ($1)", "'it''s'", "'('", "\")\"", "-- (", "/* ( */", "/* /* */ */", "$a$ ( $b$ $a$",
        #"E'\''"#, "e''''", "E''", "E'a'\n'\\''", "'\\'", "((a) OR (b))",
    ])
    func `what ends is whole`(_ sql: String) {
        #expect(SQLText(sql).isWhole)
    }

    @Test(arguments: [
        ("a = 1", false), ("';'", false), ("-- ;", false), ("/* ; */ a", false), ("\";\"", false),
        ("$$;$$", false), ("a;", true), ("-- a\n;", true), ("-- a\r;", true),
        // A string that goes on in the next line goes on as it began.
        ("E'a'\n'\\'; '", false), ("E'a' -- b\n\n '\\'; '", false), ("E'a'\n'b\\'' ; c '", true),
        ("E'a' '\\'; '", true), ("'a'\n'\\'; '", true), ("E'a'\n, '\\'; '", true),
    ])
    func `a semicolon counts where it ends a statement`(_ sql: String, _ isFound: Bool) {
        #expect(SQLText(sql).hasSemicolon == isFound)
    }

    @Test(arguments: [
        ("SELECT 1", "select"), (" /* a */ -- b\n With x", "with"), ("(SELECT 1)", "("),
        ("SELECT(1)", "select"),
        ("", nil), ("1", nil), ("1 SELECT", nil), ("\"select\" 1", nil), ("b'1' SELECT", nil),
    ])
    func `the first word is found behind comments`(_ sql: String, _ word: String?) {
        #expect(SQLText(sql).firstWord == word)
    }

    @Test func `statements end at semicolons that are code`() {
        let script = SQLText(
            """
            -- first; really
            SELECT ';' AS a;
            /* nothing; */ ;
            SELECT $$;$$; SELECT "x;y" FROM b
            """)
        #expect(
            script.statements.map(\.text) == [
                "-- first; really\nSELECT ';' AS a", "\nSELECT $$;$$", " SELECT \"x;y\" FROM b",
            ])
        #expect(script.statements[0].comments == ["-- first; really"])
    }

    @Test(arguments: ["-- one\nSELECT 1 /* two */", "-- one\r\nSELECT '-- none' /* two */ AS \"/* none */\""])
    func `comments are found with what makes them comments`(_ sql: String) {
        #expect(SQLText(sql).comments == ["-- one", "/* two */"])
    }

    @Test func `names are folded as PostgreSQL folds them`() {
        let sql = SQLText(#"lang = ANY ($1) AND "Größe" > Größe.ÄMTER OR "a""b" = 'c' || "open"#)
        #expect(sql.names == ["lang", "any", "and", "Größe", "größe", "Ämter", "or", "a\"b", "open"])
    }

    @Test(arguments: [
        ("binary_quantize(embedding)::bit(3)", "(binary_quantize(embedding))::bit(3)"),
        ("Embedding :: halfvec(3)", "((embedding)::public.halfvec(3))"),
        ("lang='en'", "(lang = 'en')"),
        ("lang = 'en' -- only", "/* only */ lang = 'en'"),
    ])
    func `two writings of one expression have the same core`(_ one: String, _ other: String) {
        #expect(SQLText(one).expressionCore == SQLText(other).expressionCore)
    }

    @Test(arguments: [
        ("embedding::halfvec(3)", "embedding::halfvec(4)"), ("lang = 'en'", "lang = 'EN'"),
        (#""A" = 1"#, "a = 1"),
    ])
    func `expressions that differ have different cores`(_ one: String, _ other: String) {
        #expect(SQLText(one).expressionCore != SQLText(other).expressionCore)
    }
}
