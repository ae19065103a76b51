//! Prints the public items of a crate, one a line, from the JSON that rustdoc wrote: `public_api FILE`.
//!
//! Left out are the standard library's blanket implementations, and of the auto traits all but `Send` and `Sync`: those
//! two others rely on. Derived implementations stay for the same reason.

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
