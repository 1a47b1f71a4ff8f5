import Yams

/// The one document of a YAML text, without anchors, aliases and tags; nil, and problems, if it is not so.
func yamlRoot(of text: String, _ findings: Findings) -> Value? {
    do {
        // Without rules of its own the resolver leaves every scalar as it is written.
        let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
        // Only the parser keeps the anchors alive.
        return try withExtendedLifetime(parser) {
            let root = try parser.singleRoot() ?? Node("", Tag(.implicit, .basic), .plain)
            reportExtras(in: root, findings)
            return findings.isEmpty ? Value(root, findings) : nil
        }
    } catch let error as YamlError {
        let (problem, mark) = YAMLProblem.words(for: error)
        findings.report(problem, at: mark.map { Problem.Position(line: $0.line, column: $0.column) })
    } catch {
        findings.report(YAMLProblem.unknown, at: nil)
    }
    return nil
}

/// Reports anchors and tags; an alias is found with the anchor that it repeats.
private func reportExtras(in node: Node, _ findings: Findings) {
    if node.anchor != nil {
        return Value(node, findings).report("found an anchor (&) or alias (*); allowed are plain values")
    }
    if !["", Tag.Name.str, .seq, .map].contains(Tag.Name(rawValue: node.ownTag)) {
        Value(node, findings).report("found a tag (!); allowed are plain values")
    }
    switch node {
    case .scalar, .alias:
        break
    case .sequence(let list):
        for item in list { reportExtras(in: item, findings) }
    case .mapping(let map):
        for (key, value) in map {
            if key.scalar?.string == "<<" {
                Value(key, findings).report("found a merge key (<<); allowed are plain keys")
            }
            reportExtras(in: key, findings)
            reportExtras(in: value, findings)
        }
    }
}

extension Node {
    /// The tag as the file has it; empty without one.
    fileprivate var ownTag: String {
        switch self {
        case .scalar(let scalar): scalar.tag.rawValue
        case .sequence(let list): list.tag.rawValue
        case .mapping(let map): map.tag.rawValue
        case .alias(let alias): alias.tag.rawValue
        }
    }
}
