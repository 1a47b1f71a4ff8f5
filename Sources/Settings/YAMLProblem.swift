import Yams

/// Our own words for what a YAML parser complains of; its own may hold the whole file.
enum YAMLProblem {
    static let unknown = "this is not valid YAML"

    /// Nothing of the error but its fixed problem text, as a key of the table, and its mark is used.
    static func words(for error: YamlError) -> (text: String, mark: Mark?) {
        switch error {
        case .composer(_, let problem, let mark, _):
            return (entry(for: problem)?.text ?? unknown, mark)
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            guard let entry = entry(for: problem) else { return (unknown, mark) }
            let began = entry.isWhereItBegan ? context?.mark : nil
            return ("this is not valid YAML: \(entry.text)", began ?? mark)
        case .duplicatedKeysInMapping(_, let context):
            return ("found a key that comes again in its map; allowed is each key once", context.mark)
        default:
            return (unknown, nil)
        }
    }

    private static func entry(for problem: String) -> (problem: String, text: String, isWhereItBegan: Bool)? {
        table.first { problem.hasPrefix($0.problem) }
    }

    /// Problem texts of libyaml and Yams, by their beginning.
    private static let table: [(problem: String, text: String, isWhereItBegan: Bool)] = [
        ("found a tab character", "found a tab as indentation; allowed are spaces", false),
        (
            "found character that cannot start any token",
            "found a tab, \"@\", \"%\" or a backquote at the start of a value; "
                + "allowed are spaces as indentation and such text in quotes", false
        ),
        ("could not find expected ':'", "found a key without a colon; allowed is \"key: value\"", true),
        (
            "did not find expected key",
            "found something else where a key should be; check the indentation and the quotes", false
        ),
        (
            "did not find expected '-' indicator",
            "found something else where \"- \" should be; check the indentation", false
        ),
        (
            "did not find expected ',' or ']'",
            "found something else where a list that began with \"[\" goes on with \",\" or ends with \"]\"",
            false
        ),
        (
            "did not find expected ',' or '}'",
            "found something else where a map that began with \"{\" goes on with \",\" or ends with \"}\"",
            false
        ),
        ("did not find expected node content", "found nothing where a value should be", false),
        ("found unexpected end of stream", "found a quoted text that does not end", true),
        ("found unexpected document indicator", "found a quoted text that does not end", true),
        (
            "found unknown escape character",
            "found an unknown escape in a text in double quotes; in single quotes nothing is escaped", false
        ),
        (
            "mapping values are not allowed in this context",
            "found a second \": \" in a line, or a wrong indentation; allowed is such text in quotes", false
        ),
        (
            "block sequence entries are not allowed in this context",
            "found \"- \" where no list can begin; a list begins on a line of its own", false
        ),
        ("found undefined alias", "found an alias (*); allowed is such text in quotes", false),
        ("but found another document", "found a second document; allowed is one", false),
        (
            "did not find expected <document start>",
            "found more after the end of the document; allowed is one", false
        ),
        ("Maximum nesting level reached", "found lists and maps too deep in one another", false),
    ]
}
