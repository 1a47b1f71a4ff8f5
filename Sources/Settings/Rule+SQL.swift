import SQL

extension Rule where Output == String {
    /// The name of a table, column or role as it is in the catalogue: without quotes, case and all.
    static var identifier: Rule { line("a name", upTo: 63) }

    /// The label `probe` or `variant`.
    static var probeName: Rule {
        Rule("a name of 1 to 63 lower-case letters, digits and \"_\" that begins with a letter") {
            value throws(Refusal) in
            let text = try Rule.text.read(value)
            if text.utf8.count > 63 { throw Refusal(found: "a longer text") }
            guard text == text.lowercased(), text.utf8.first?.isLetter == true,
                text.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0.isOne(of: "_") })
            else { throw Refusal(found: "\(value.kind.words) that is no such name") }
            return text
        }
    }

    /// By the characters of which PostgreSQL makes operators.
    static var operatorName: Rule {
        Rule("an operator such as \"<->\", \"<#>\" or \"<=>\"") { value throws(Refusal) in
            let text = try Rule.text.read(value)
            guard text.utf8.count <= 63, text.utf8.allSatisfy({ $0.isOne(of: "+-*/<>=~!@#%^&|`?") }) else {
                throw Refusal(found: "\(value.kind.words) that is no operator")
            }
            return text
        }
    }

    /// An expression without values of its own, as in an index.
    static var expression: Rule {
        Rule("an expression in SQL without parameters") { value throws(Refusal) in
            let (text, sql) = try Self.sql(value)
            if !sql.parameters.isEmpty { throw Refusal(found: "a parameter") }
            return text
        }
    }

    /// For WHERE, with `$1`, `$2`, … for its values.
    static var condition: Rule {
        Rule("a condition in SQL with its parameters from $1 on") { value throws(Refusal) in
            try Self.sql(value).text
        }
    }

    /// One statement that reads; what begins otherwise could end the transaction that protects the server.
    static func statement(takesParameters: Bool) -> Rule {
        Rule(
            "a statement that begins with SELECT, WITH, VALUES or TABLE, without a semicolon"
                + (takesParameters ? "" : " or parameters")
        ) { value throws(Refusal) in
            let (text, sql) = try Self.sql(value)
            guard ["select", "with", "values", "table", "("].contains(sql.firstWord) else {
                throw Refusal(found: "\(value.kind.words) that begins otherwise")
            }
            if !takesParameters, !sql.parameters.isEmpty { throw Refusal(found: "a parameter") }
            if sql.names.contains("set_config") {
                throw Refusal(found: "set_config, which may change the session for others")
            }
            return text
        }
    }

    private static func sql(_ value: Value) throws(Refusal) -> (text: String, sql: SQLText) {
        let text = try Rule.text.read(value)
        let sql = SQLText(text)
        if !sql.isWhole { throw Refusal(found: "a quote, comment or parenthesis that does not end") }
        if sql.hasSemicolon { throw Refusal(found: "a semicolon") }
        if sql.hasParameterInQuotes { throw Refusal(found: "a parameter in quotes, where it is none") }
        if sql.parameterCount == nil { throw Refusal(found: "parameters with a gap between their numbers") }
        return (text, sql)
    }
}
