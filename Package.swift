// swift-tools-version: 6.2
import PackageDescription

/// The same strict settings for every Swift target of the house.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// The toolchain's own linker, with relative relocations packed.
///
/// The loader then reads a few kB of them instead of 2 MB, and the program stays position-independent; see
/// `docs/performance.md`.
let compact: [LinkerSetting] = [
    .unsafeFlags(
        ["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"], .when(platforms: [.linux]))
]

let package = Package(
    name: "pgvigil",
    products: [.executable(name: "pgvigil", targets: ["pgvigil"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // The C libraries, as the operating system ships them.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CNotify"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        .target(name: "CMemory"),  // What only C can say to the C library and the kernel.

        // The rooms behind a C door: the only ones that may write `unsafe`.
        .target(name: "Exposition", dependencies: ["CZlib"], swiftSettings: strict),
        .target(name: "HTTPServer", dependencies: ["CMicroHTTPD"], swiftSettings: strict),
        .target(
            name: "Pools", dependencies: ["CCurl", "Exposition", "PoolDefinitions"], swiftSettings: strict),
        .target(
            name: "Postgres", dependencies: ["CLibPQ", "PoolDefinitions", "SQL"], swiftSettings: strict),
        .target(name: "Systemd", dependencies: ["CNotify"], swiftSettings: strict),

        .target(name: "Bench", dependencies: ["Postgres", "SQL"], swiftSettings: strict),
        .target(
            name: "Collectors", dependencies: ["Exposition", "PoolDefinitions", "Postgres", "SQL"],
            swiftSettings: strict),
        .target(name: "PoolDefinitions", swiftSettings: strict),
        .target(name: "ProbeDefinitions", dependencies: ["SQL"], swiftSettings: strict),
        .target(
            name: "Probes", dependencies: ["Exposition", "Postgres", "ProbeDefinitions", "SQL"],
            swiftSettings: strict),
        .target(
            name: "Runtime",
            dependencies: ["Exposition", "Postgres", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict),
        .target(
            name: "Settings", dependencies: ["PoolDefinitions", "ProbeDefinitions", "SQL", "Yams"],
            swiftSettings: strict),
        .target(name: "SQL", swiftSettings: strict),
        .executableTarget(
            name: "pgvigil",
            dependencies: [
                "Bench", "CMemory", "Collectors", "Exposition", "HTTPServer", "PoolDefinitions", "Pools",
                "Postgres", "ProbeDefinitions", "Probes", "Runtime", "Settings", "SQL", "Systemd",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict, linkerSettings: compact),

        .testTarget(name: "BenchTests", dependencies: ["Bench", "Postgres"], swiftSettings: strict),
        .testTarget(
            name: "CollectorsTests",
            dependencies: ["Collectors", "Exposition", "PoolDefinitions", "Postgres"],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "ExpositionTests", dependencies: ["Exposition"], exclude: ["read_back.py"],
            swiftSettings: strict),
        .testTarget(name: "HTTPServerTests", dependencies: ["HTTPServer"], swiftSettings: strict),
        .testTarget(
            name: "PoolsTests", dependencies: ["Exposition", "PoolDefinitions", "Pools"],
            swiftSettings: strict),
        .testTarget(
            name: "PostgresTests", dependencies: ["PoolDefinitions", "Postgres", "SQL"],
            swiftSettings: strict),
        .testTarget(
            name: "ProbesTests",
            dependencies: ["Exposition", "Postgres", "ProbeDefinitions", "Probes", "SQL"],
            exclude: ["Plans", "recall_golden.json", "recall_golden.py"], swiftSettings: strict),
        .testTarget(
            name: "RuntimeTests",
            dependencies: [
                "CZlib", "Exposition", "Postgres", "Runtime", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "SettingsTests", dependencies: ["PoolDefinitions", "ProbeDefinitions", "Settings", "SQL"],
            exclude: ["Invalid"], swiftSettings: strict),
        .testTarget(name: "SQLTests", dependencies: ["SQL"], swiftSettings: strict),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd"], swiftSettings: strict),
        .testTarget(name: "TidyTests", dependencies: ["Collectors", "Postgres"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
