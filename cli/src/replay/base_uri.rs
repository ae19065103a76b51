//! Checks the value of `--base-uri`: an absolute URI.

/// Reads the base URI of a service: a scheme, an authority, and possibly a path. RFC 3986.
pub(crate) fn parse(text: &str) -> Result<String, String> {
    let (scheme, rest) =
        text.split_once("://").ok_or("expected an absolute URI such as https://gws.example.com:8443")?;
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    if !is_scheme(scheme) {
        return Err("expected a scheme such as https before ://".to_owned());
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    check_host(host)?;
    let in_uri = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/[]".contains(&byte);
    let mut rest = authority.bytes().chain(path.bytes());
    while let Some(byte) = rest.next() {
        let is_hex = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
        match byte {
            b'%' if is_hex(rest.next()) && is_hex(rest.next()) => {}
            b'?' | b'#' => return Err("expected no query and no fragment".to_owned()),
            byte if in_uri(byte) => {}
            _ => return Err("expected the characters of a URI, others percent-encoded".to_owned()),
        }
    }
    Ok(text.to_owned())
}

/// Checks a host name or an address, with brackets around IPv6, and the port if there is one.
fn check_host(host: &str) -> Result<(), String> {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or("expected ] after an IPv6 address")?;
            address.parse::<std::net::Ipv6Addr>().map_err(|_| "expected an IPv6 address between [ and ]")?;
            (address, after.strip_prefix(':').or((after.is_empty()).then_some("")))
        }
        None => host.split_once(':').map_or((host, Some("")), |(name, port)| (name, Some(port))),
    };
    if name.is_empty() {
        return Err("expected a host after ://".to_owned());
    }
    match port {
        Some(port) if port.is_empty() || port.parse::<u16>().is_ok() => Ok(()),
        Some(_) | None => Err("expected a port of at most 65535 after the host".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn absolute_uris_and_nothing_else() {
        for uri in [
            "http://localhost:8090",
            "https://gws.example.com:8443/",
            "http://[2001:db8::1]:8090",
            "HTTP://u@host/a%20b/c",
            "http://192.0.2.1",
        ] {
            assert_eq!(parse(uri).as_deref(), Ok(uri));
        }
        for text in [
            "",
            "/",
            "localhost",
            "localhost:8090",
            "gws.example.com/api",
            "//host",
            "http:",
            "http://",
            "http:///path",
            "http://:80",
            "http://host:port",
            "http://host:99999",
            "http://ho st",
            "http://host/?q=1",
            "http://host/#a",
            "http://host/%2",
            "1http://host",
            "http://[::1",
            "http://[x]",
            "http://[::1]x",
            "http://h\u{f6}st",
            "http://a:1:2",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
    }
}
