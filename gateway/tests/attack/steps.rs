//! The steps that the attacker may take, as a strategy. An index selects among the sessions and clients that exist when
//! the step runs.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// How a request claims to be authenticated.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    Nothing,
    /// The cookie and token of a session, which is open or has ended.
    Session(Index),
    CookieOnly(Index),
    TokenOnly(Index),
    /// The cookie of one session and the token of another.
    Swapped(Index, Index),
    /// The cookies of two sessions, and the token of the second.
    Two(Index, Index),
    /// A cookie that the gateway never issued, with a valid token.
    Forged(Index, Forgery),
    Password {
        user: usize,
        right: bool,
    },
    /// The cookie of a session, and a user's password.
    Both {
        session: Index,
        user: usize,
        right: bool,
    },
    Bearer(Bearer),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Forgery {
    LastDigit,
    Short,
    Long,
    Zeros,
    Reversed,
    Signed,
    /// A CSRF token, sent as the cookie.
    Token,
    /// The id of a CometD client, sent as the cookie.
    Client,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bearer {
    Right,
    Twice,
    Short,
    Long,
    OtherCase,
    Basic,
    Cookie,
}

/// The endpoint of a request.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Me,
    List,
    /// A session: one of the sender's own, or any session.
    Session {
        own: bool,
        which: Index,
    },
    Uri {
        own: bool,
        which: Index,
    },
    Notifications,
    Events,
    Position,
    Requests,
    Confirm,
    DialogInfo,
    Faults,
    Overview,
    Timeline,
    Page,
    OpenApi,
    Metrics,
    Unknown,
}

impl Target {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Target::Me => "me",
            Target::List => "list",
            Target::Session { .. } => "session",
            Target::Uri { .. } => "uri",
            Target::Notifications => "notifications",
            Target::Events => "events",
            Target::Position => "position",
            Target::Requests => "requests",
            Target::Confirm => "confirm",
            Target::DialogInfo => "dialog-info",
            Target::Faults => "faults",
            Target::Overview => "overview",
            Target::Timeline => "timeline",
            Target::Page => "page",
            Target::OpenApi => "openapi",
            Target::Metrics => "metrics",
            Target::Unknown => "unknown",
        }
    }
}

/// How the path is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    Plain,
    /// The absolute URI in the request line.
    Absolute,
    /// An absolute URI whose host differs from `Host`.
    AbsoluteElsewhere,
    DoubleSlash,
    LastSlash,
    UpperCase,
    EncodedLetter,
    EncodedSlash,
    Dots,
    EncodedDots,
    Null,
    BackSlash,
    Matrix,
    NotUtf8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    Own,
    Elsewhere,
    Suffix,
    Missing,
    Twice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    None,
    Own,
    Elsewhere,
    Null,
    OtherPort,
    Two,
}

/// Headers that should have no effect, or less than the sender hopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extra {
    None,
    MethodOverride,
    ForwardedFor,
    ForwardedHost,
    OriginalUrl,
    User,
    TwoTokens,
    Upgrade,
    Script,
    Form,
}

/// The body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content {
    /// A body that is valid for the target, with these choices.
    Right(Index, Index, Index),
    Nothing,
    Garbage(Index),
    TooLong,
    /// The connection breaks in the middle of the body.
    Cut,
}

#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) credentials: Credentials,
    pub(crate) target: Target,
    /// Selects POST rather than GET where the target accepts both.
    pub(crate) writes: bool,
    /// A method that the target does not accept.
    pub(crate) method: Option<&'static str>,
    pub(crate) content: Content,
    pub(crate) choice: Index,
    pub(crate) spelling: Spelling,
    pub(crate) host: Host,
    pub(crate) origin: Origin,
    pub(crate) extra: Extra,
    pub(crate) near: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Ask(Box<Ask>),
    /// Opens a WebSocket.
    Open {
        credentials: Credentials,
        host: Host,
        origin: Origin,
    },
    /// Sends on an open WebSocket.
    Say {
        socket: Index,
        messages: [Index; 3],
    },
    Pass {
        seconds: u64,
    },
}

fn user() -> impl Strategy<Value = usize> {
    0..4_usize
}

fn session() -> impl Strategy<Value = Credentials> {
    any::<Index>().prop_map(Credentials::Session)
}

fn bearer() -> impl Strategy<Value = Credentials> {
    use Bearer::{Basic, Cookie, Long, OtherCase, Right, Short, Twice};
    prop_oneof![
        6 => Just(Credentials::Bearer(Right)),
        3 => select(vec![Twice, Short, Long, OtherCase, Basic, Cookie]).prop_map(Credentials::Bearer),
    ]
}

fn stranger() -> impl Strategy<Value = Credentials> {
    use Forgery::{Client, LastDigit, Long, Reversed, Short, Signed, Token, Zeros};
    let forgery = select(vec![LastDigit, Short, Long, Zeros, Reversed, Signed, Token, Client]);
    prop_oneof![
        2 => Just(Credentials::Nothing),
        2 => any::<Index>().prop_map(Credentials::CookieOnly),
        1 => any::<Index>().prop_map(Credentials::TokenOnly),
        2 => any::<(Index, Index)>().prop_map(|(one, other)| Credentials::Swapped(one, other)),
        2 => any::<(Index, Index)>().prop_map(|(one, other)| Credentials::Two(one, other)),
        2 => (any::<Index>(), forgery).prop_map(|(of, forgery)| Credentials::Forged(of, forgery)),
        2 => (user(), any::<bool>()).prop_map(|(user, right)| Credentials::Password { user, right }),
        1 => (any::<Index>(), user(), any::<bool>())
            .prop_map(|(session, user, right)| Credentials::Both { session, user, right }),
    ]
}

fn target_of_agents() -> impl Strategy<Value = Target> {
    let session = |(own, which): (bool, Index)| Target::Session { own, which };
    let uri = |(own, which): (bool, Index)| Target::Uri { own, which };
    prop_oneof![
        3 => Just(Target::Me),
        3 => Just(Target::List),
        5 => any::<(bool, Index)>().prop_map(session),
        2 => any::<(bool, Index)>().prop_map(uri),
        7 => Just(Target::Notifications),
        1 => Just(Target::Faults),
        1 => Just(Target::Overview),
        1 => Just(Target::Timeline),
    ]
}

fn target_of_feeds() -> impl Strategy<Value = Target> {
    prop_oneof![
        3 => Just(Target::Events),
        1 => Just(Target::Position),
        1 => Just(Target::Requests),
        1 => Just(Target::Confirm),
        1 => Just(Target::DialogInfo),
    ]
}

fn target_of_all() -> impl Strategy<Value = Target> {
    prop_oneof![
        3 => Just(Target::Page),
        1 => Just(Target::OpenApi),
        3 => Just(Target::Metrics),
        3 => Just(Target::Unknown),
    ]
}

fn who_and_what() -> impl Strategy<Value = (Credentials, Target)> {
    prop_oneof![
        13 => (session(), target_of_agents()),
        5 => (stranger(), target_of_agents()),
        4 => (bearer(), target_of_feeds()),
        1 => (stranger(), target_of_feeds()),
        1 => (session(), target_of_feeds()),
        1 => (bearer(), target_of_agents()),
        2 => (stranger(), target_of_all()),
    ]
}

fn spelling() -> impl Strategy<Value = Spelling> {
    use Spelling::{
        Absolute, AbsoluteElsewhere, BackSlash, Dots, DoubleSlash, EncodedDots, EncodedLetter, EncodedSlash, LastSlash,
        Matrix, NotUtf8, Null, Plain, UpperCase,
    };
    let odd = select(vec![
        Absolute,
        AbsoluteElsewhere,
        DoubleSlash,
        LastSlash,
        UpperCase,
        EncodedLetter,
        EncodedSlash,
        Dots,
        EncodedDots,
        Null,
        BackSlash,
        Matrix,
        NotUtf8,
    ]);
    prop_oneof![9 => Just(Plain), 1 => odd]
}

fn host() -> impl Strategy<Value = Host> {
    let wrong = select(vec![Host::Elsewhere, Host::Suffix, Host::Missing, Host::Twice]);
    prop_oneof![19 => Just(Host::Own), 1 => wrong]
}

fn origin() -> impl Strategy<Value = Origin> {
    let wrong = select(vec![Origin::Elsewhere, Origin::Null, Origin::OtherPort, Origin::Two]);
    prop_oneof![12 => Just(Origin::None), 6 => Just(Origin::Own), 2 => wrong]
}

fn extra() -> impl Strategy<Value = Extra> {
    use Extra::{
        Form, ForwardedFor, ForwardedHost, MethodOverride, None, OriginalUrl, Script, TwoTokens, Upgrade, User,
    };
    let some =
        select(vec![MethodOverride, ForwardedFor, ForwardedHost, OriginalUrl, User, TwoTokens, Upgrade, Script, Form]);
    prop_oneof![8 => Just(None), 2 => some]
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        16 => any::<(Index, Index, Index)>().prop_map(|(one, other, third)| Content::Right(one, other, third)),
        1 => Just(Content::Nothing),
        1 => any::<Index>().prop_map(Content::Garbage),
        1 => Just(Content::TooLong),
        1 => Just(Content::Cut),
    ]
}

fn method() -> impl Strategy<Value = Option<&'static str>> {
    let others = select(vec!["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"]);
    prop_oneof![9 => Just(None), 1 => others.prop_map(Some)]
}

fn ask() -> impl Strategy<Value = Ask> {
    let how = (spelling(), host(), origin(), extra());
    (who_and_what(), any::<bool>(), method(), content(), any::<Index>(), how, any::<bool>()).prop_map(
        |((credentials, target), writes, method, content, choice, (spelling, host, origin, extra), near)| Ask {
            credentials,
            target,
            writes,
            method,
            content,
            choice,
            spelling,
            host,
            origin,
            extra,
            near,
        },
    )
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let credentials = || prop_oneof![3 => session(), 1 => stranger()];
    let open = (credentials(), host(), origin());
    let step = prop_oneof![
        24 => ask().prop_map(|ask| Step::Ask(Box::new(ask))),
        1 => open.prop_map(|(credentials, host, origin)| Step::Open { credentials, host, origin }),
        2 => any::<(Index, [Index; 3])>().prop_map(|(socket, messages)| Step::Say { socket, messages }),
        1 => select(vec![1, 61, 61, 600, 1_799]).prop_map(|seconds| Step::Pass { seconds }),
    ];
    vec(step, 1..60)
}
