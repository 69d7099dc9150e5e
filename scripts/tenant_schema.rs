//! Prints the JSON Schema of the tenant document: `cargo run --features schema --example tenant_schema > pkg/tenant.schema.json`

use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let schema = audgate::config::tenant_schema()?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&schema)?)?;
    Ok(())
}
