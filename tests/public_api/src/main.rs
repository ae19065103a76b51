//! Prints the public items of a crate, one per line, from the JSON of rustdoc: `public_api FILE`.
//!
//! The standard library's blanket implementations are left out, and so are all auto traits except `Send` and `Sync`.
//! Users rely on those two and on derived implementations, so these are listed.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("which file? Usage: public_api FILE")?;
    let api = public_api::Builder::from_rustdoc_json(file).omit_blanket_impls(true).build()?;
    for item in api.items().map(ToString::to_string).filter(|item| !is_noise(item)) {
        println!("{item}");
    }
    Ok(())
}

fn is_noise(item: &str) -> bool {
    ["marker::Freeze", "marker::Unpin", "marker::UnsafeUnpin", "unwind_safe::UnwindSafe", "unwind_safe::RefUnwindSafe"]
        .iter()
        .any(|name| item.starts_with("impl") && item.contains(&format!("{name} for ")))
}
