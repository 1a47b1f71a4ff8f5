import Testing

@testable import Postgres

@Suite struct SQLTextTests {
    @Test(arguments: [
        "SELECT 1", "SELECT 'it''s $1' || $2", #"SELECT "a;b$1" FROM c"#, #"SELECT E'\'; $1' , $3"#,
        "SELECT $tag$ ; $1 $other$ $tag$ || $1", "SELECT $$ $1 $$", "-- one; $1\nSELECT $1",
        "SELECT /* a /* b; */ $2 */ 1", "SELECT a$1 FROM b", "SELECT 'open", "SELECT /* open",
        "SELECT $x$ open",
        "", ";;", "SELECT price$ FROM t WHERE a = $12", "SELECT élan'x'",
    ])
    func `no character is lost`(_ text: String) {
        #expect(SQLText(text).text == text)
    }

    @Test(arguments: [
        ("SELECT $1, $2, $1", [1, 2]), ("SELECT '$1', \"$2\", $$ $3 $$, /* $4 */ $5 -- $6", [5]),
        (#"SELECT E'\'$1', $2"#, [2]), (#"SELECT '\', $1, '$2'"#, [1]), ("SELECT name$1", []),
        ("SELECT $a$ $1 $b$ $2 $a$, $3", [3]), ("SELECT /* /* $1 */ $2 */ $3", [3]), ("SELECT 1$1", [1]),
    ])
    func `values are those that the server would take`(_ text: String, _ parameters: [Int]) {
        #expect(SQLText(text).parameters == Set(parameters))
    }

    @Test func `values make room for others before them`() {
        let filter = SQLText("lang = $1 AND note <> '$1' AND size < $2")
        #expect(filter.shiftingParameters(by: 1).text == "lang = $2 AND note <> '$1' AND size < $3")
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
}
