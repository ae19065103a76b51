//! Does a password match its own hash, and no other?

use im_session_gateway::clock::{NoRandomBytes, Random};
use im_session_gateway::config::{
    Argon2Passwords, Cost, HashError, LONGEST_PASSWORD, PasswordHash, Passwords, hash_password,
};

struct Salt(u8);

impl Random for Salt {
    fn bytes(&self) -> Result<[u8; 16], NoRandomBytes> {
        if self.0 == 0 { Err(NoRandomBytes("empty".into())) } else { Ok([self.0; 16]) }
    }
}

#[test]
fn the_password_itself_fits_and_no_other() {
    for password in [&b"demo"[..], b" demo ", b"\xff\x00", "пароль".as_bytes(), &[b'x'; LONGEST_PASSWORD]] {
        let hash = hash_password(password, &Salt(1), Cost::Test).unwrap();
        assert!(Argon2Passwords.fits(&hash, password));
        assert!(!Argon2Passwords.fits(&hash, b"other") && !Argon2Passwords.fits(&hash, b""));
        assert!(!Argon2Passwords.fits(&hash, &password[1..]));
    }
}

#[test]
fn the_same_password_has_another_hash_with_another_salt() {
    let hash = |salt| hash_password(b"demo", &Salt(salt), Cost::Test).unwrap();
    assert!(hash(1) != hash(2) && hash(1) == hash(1));
}

#[test]
fn a_hash_is_what_owasp_recommends() {
    let hash = hash_password(b"demo", &Salt(1), Cost::Usual).unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
}

#[test]
fn what_is_no_password_has_no_hash() {
    let hash = |password: &[u8], salt| hash_password(password, &Salt(salt), Cost::Test);
    assert_eq!(hash(b"", 1), Err(HashError::Empty));
    assert_eq!(hash(&[b'x'; LONGEST_PASSWORD + 1], 1), Err(HashError::TooLong(LONGEST_PASSWORD + 1)));
    assert_eq!(hash(b"demo", 0), Err(HashError::Random(NoRandomBytes("empty".into()))));
}

#[test]
fn nothing_fits_what_is_no_hash() {
    for text in ["", "demo", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ"] {
        assert!(!Argon2Passwords.fits(&PasswordHash::new(text), b"demo"), "{text}");
        assert!(!Argon2Passwords.fits(&PasswordHash::new(text), b""), "{text}");
    }
}
