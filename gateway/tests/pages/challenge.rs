//! How do scripts learn that nobody is signed in?

use super::support::House;

#[tokio::test]
async fn a_script_is_spared_the_dialog_of_the_browser() {
    let house = House::new().await;
    for (headers, scheme) in [(&[][..], "Basic"), (&[("x-requested-with", "XMLHttpRequest")][..], "XBasic")] {
        let answer = house.get("/api/v2/me", headers).await;
        assert_eq!(answer.codes(), (401, 20));
        assert_eq!(answer.header("www-authenticate").unwrap().split(' ').next(), Some(scheme));
    }
}
