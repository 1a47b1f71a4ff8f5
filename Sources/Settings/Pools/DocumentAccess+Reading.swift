import PoolDefinitions

extension DocumentAccess {
    static func read(from map: inout MapReader, url: Secret) -> Self {
        var access = Self()
        access.readCredentials(from: &map)
        access.caFile = map.read("ca_file", .text)
        access.certificateFile = map.read("certificate_file", .text)
        access.keyFile = map.read("key_file", .text)
        map.read("insecure", .boolean, into: &access.isInsecure)
        map.read("redirects", .integer(0...10), into: &access.redirects)
        map.read("max_body", .bytes(1024...(64 << 20)), into: &access.longestBody)
        if map.key("certificate_file") == nil, map.key("key_file") != nil {
            map.report(missing: "certificate_file", required: "the certificate of key_file")
        }
        if access.isInsecure, access.caFile != nil {
            map.report("insecure", found: "true beside ca_file", allowed: "one of them")
        }
        let isPlain = url.revealed.lowercased().hasPrefix("http:")
        for key in ["ca_file", "certificate_file", "key_file", "insecure"]
        where isPlain && map.key(key) != nil {
            map.report(key, found: "beside a url of http", allowed: "only with https")
        }
        if isPlain, access.credentials != .none {
            let key = map.key("username") == nil ? "bearer_token_file" : "username"
            map.value(of: key)?.advise("\(key): goes over the network as plain text; https would hide it")
        }
        return access
    }

    private mutating func readCredentials(from map: inout MapReader) {
        let username = map.read("username", .line("a name", upTo: 256, without: ":"))
        let passwordFile = map.read("password_file", .text)
        let tokenFile = map.read("bearer_token_file", .text)
        if map.key("username") != nil, map.key("password_file") == nil {
            map.report(missing: "password_file", required: "the file with the password of username")
        }
        if map.key("username") == nil, map.key("password_file") != nil {
            map.report(missing: "username", required: "the name that the password belongs to")
        }
        if map.key("bearer_token_file") != nil {
            let other = ["username", "password_file"].first { map.key($0) != nil }
            if let other {
                map.report(other, found: "beside bearer_token_file", allowed: "one or the other")
            }
        }
        if let username, let passwordFile {
            credentials = .basic(username: username, passwordFile: passwordFile)
        } else if let tokenFile {
            credentials = .bearer(tokenFile: tokenFile)
        }
    }
}
