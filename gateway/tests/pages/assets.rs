//! How the pages are served: with the right type, a policy that prevents texts from becoming code, and revalidation.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::support::{Answer, House};

/// All files of the two pages, by path.
async fn assets(house: &House) -> Vec<(String, Answer)> {
    let mut addresses = vec!["/".to_owned(), "/supervisor".to_owned()];
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("pages")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".html") {
            addresses.push(format!("/pages/{name}"));
        }
    }
    let mut assets = Vec::new();
    for address in addresses {
        let answer = house.get(&address, &[]).await;
        assert_eq!(answer.status, 200, "{address}");
        assets.push((address, answer));
    }
    assert!(assets.len() > 10);
    assets
}

#[tokio::test]
async fn each_has_its_type_and_the_policy() {
    for (address, answer) in assets(&House::new().await).await {
        let expected = match address.rsplit_once('.').map(|(_, ending)| ending) {
            None => "text/html; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("svg") => "image/svg+xml",
            Some(other) => panic!("{address}: expected a type for {other}"),
        };
        assert_eq!(answer.header("content-type"), Some(expected), "{address}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{address}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{address}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{address}");
        let policy = answer.header("content-security-policy").unwrap();
        let directives: BTreeSet<&str> = policy.split(';').map(str::trim).collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ] {
            assert!(directives.contains(directive), "{address}: {directive} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{address}: {policy}");
    }
}

#[tokio::test]
async fn a_browser_asks_whether_it_has_the_newest() {
    let house = House::new().await;
    for (address, answer) in assets(&house).await {
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"), "{address}");
        let tag = answer.header("etag").unwrap();
        for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let again = house.get(&address, &[("if-none-match", &known)]).await;
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{address} {known}");
            assert_eq!(again.header("etag"), Some(tag), "{address}");
        }
        let other = house.get(&address, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status.as_u16(), other.text.len()), (200, answer.text.len()), "{address}");
    }
}

#[tokio::test]
async fn pages_have_no_scripts_and_styles_of_their_own() {
    let house = House::new().await;
    for address in ["/", "/supervisor"] {
        let page = house.get(address, &[]).await.text.to_lowercase();
        let scripts: Vec<&str> = page.split("<script").skip(1).collect();
        assert_eq!(scripts.len(), 1, "{address}");
        assert!(scripts.iter().all(|script| script.contains(" src=\"/pages/") && script.contains("></script>")));
        assert!(!page.contains("<style") && !page.contains(" style="), "{address}");
        let handler = page.split_whitespace().find(|word| word.starts_with("on") && word.contains('='));
        assert_eq!(handler, None, "{address}");
        assert!(!page.contains("javascript:"), "{address}");
    }
}

#[tokio::test]
async fn nothing_is_fetched_from_elsewhere() {
    for (address, answer) in assets(&House::new().await).await {
        let text = answer.text.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http://") && !text.contains("https://"), "{address}");
        for import in text.split("from '").skip(1) {
            assert!(import.starts_with("./"), "{address}: {import:.40}");
        }
    }
}

/// The browser refuses these, too. Here they are reported before anyone opens the page.
#[tokio::test]
async fn scripts_make_no_markup_of_texts() {
    let mut scripts = 0;
    for (address, answer) in assets(&House::new().await).await {
        if !address.ends_with(".js") {
            continue;
        }
        scripts += 1;
        for sink in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"]
        {
            assert!(!answer.text.contains(sink), "{address}: {sink}");
        }
    }
    assert!(scripts > 5);
}

#[tokio::test]
async fn what_is_imported_is_there() {
    let house = House::new().await;
    let assets = assets(&house).await;
    let served: BTreeSet<&str> = assets.iter().map(|(address, _)| address.as_str()).collect();
    let mut imports = 0;
    for (address, answer) in &assets {
        for import in answer.text.split("from './").skip(1).filter_map(|rest| rest.split('\'').next()) {
            assert!(served.contains(format!("/pages/{import}").as_str()), "{address}: {import}");
            imports += 1;
        }
        for link in answer.text.split("=\"/pages/").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(served.contains(format!("/pages/{link}").as_str()), "{address}: {link}");
            imports += 1;
        }
    }
    assert!(imports > 10, "{imports}");
}

#[tokio::test]
async fn another_host_gets_no_page() {
    let house = House::new().await;
    let answer = house.get("/", &[("host", "evil.example")]).await;
    assert_eq!(answer.status, 421);
}
