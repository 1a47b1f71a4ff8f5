/// The bytes of a file as text; nil, and a problem, where they are not UTF-8 or hold control characters.
///
/// Checked here because a YAML parser's own complaint about bytes has no line and column.
func checkedText(_ bytes: [UInt8], _ findings: Findings) -> String? {
    if bytes.count > Settings.longestFile {
        findings.report(Refusal.tooLong.found, at: nil)
        return nil
    }
    var line = 1
    var column = 1
    var decoder = UTF8()
    var input = bytes.makeIterator()
    while true {
        let position = Problem.Position(line: line, column: column)
        switch decoder.decode(&input) {
        case .emptyInput:
            return String(decoding: bytes, as: UTF8.self)
        case .error:
            findings.report("found bytes that are not UTF-8; allowed is text in UTF-8", at: position)
            return nil
        case .scalarValue(let scalar) where !isPrintable(scalar):
            findings.report("found a control character; allowed are tab and the ends of lines", at: position)
            return nil
        case .scalarValue("\n"):
            (line, column) = (line + 1, 1)
        case .scalarValue:
            column += 1
        }
    }
}

/// What YAML 1.1 calls printable (section 5.1).
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...: true
    default: false
    }
}
