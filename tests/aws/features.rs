//! What the binary is built with, as against these tests.

use std::process::Command;

/// Cargo gives one build the features that any of its crates wants. Here the emulator of
/// CloudWatch wants the SDK with all its defaults, so that a test of a connection proves nothing
/// about the connector of the binary. The dependency tree without dev-dependencies does.
#[test]
fn the_binary_has_one_tls_stack_and_a_connector_that_uses_it() {
    let tree = tree(&["--edges", "normal,features", "--prefix", "none"]);
    let has = |line: &str| tree.lines().any(|found| found.starts_with(line));
    assert!(has(r#"aws-smithy-http-client feature "rustls-aws-lc""#), "no HTTPS for the SDK");
    assert!(has(r#"aws-config feature "sso""#), "no login through SSO");
    assert!(has(r#"aws-config feature "credentials-process""#), "no helper programs");
    let versions = |name: &str| {
        let mut found: Vec<&str> = tree
            .lines()
            .filter(|line| line.starts_with(&format!("{name} v")))
            .filter_map(|line| line.split(' ').nth(1))
            .collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    assert_eq!(versions("rustls"), 1);
    assert_eq!(versions("hyper"), 1);
}

/// The packages and features of the binary.
fn tree(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .args(arguments)
        .output()
        .expect("cargo");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).expect("text")
}
