//! The mistakes that are switched on one by one.

macro_rules! mistakes {
    ($($(#[doc = $what:literal])* $name:ident,)*) => {
        /// A realistic mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Mistake {
            $($(#[doc = $what])* $name,)*
        }

        pub(crate) const MISTAKES: &[Mistake] = &[$(Mistake::$name),*];
    };
}

mistakes! {
    /// A late EventEstablished takes a completed session back to Talking.
    RevivesACompletedSession,
    /// EventAbandoned is not known.
    ForgetsAbandoned,
    /// UpdateUserData and DeleteUserData stay when the last key is gone.
    KeepsUpdateAfterTheLastKey,
    /// The key is the CallUUID without ThisDN.
    KeysByCallUuidAlone,
    /// A session answers whoever knows its id.
    AnswersAnotherAgent,
    /// An OtherDN equal to ThisDN becomes a participant.
    TakesTheOwnDnAsParticipant,
    /// Event numbers are not looked at.
    TakesStaleEvents,
    /// Numbers are compared over a restart of the server.
    IgnoresTheServerStart,
    /// A number without ServerStartTime is compared with any.
    TakesAnAbsentServerStartForAny,
    /// Of repeated keys the first is shown.
    ShowsTheFirstOfRepeatedKeys,
    /// AttachedDataChanged without ThisDN goes to one session.
    TellsOneSessionOfTheCall,
    /// AttachedDataChanged without ThisDN goes to completed sessions too.
    TellsCompletedSessionsOfTheCall,
    /// AttachedDataChanged without UserData leaves the data as it was.
    TakesAbsentUserDataForNoNews,
    /// An accepted event is told although nothing changed.
    NotifiesWhereNothingChanged,
    /// Every notification is a StatusChange.
    AlwaysTellsStatusChange,
    /// Data that came with a change of state is told as AttachedDataChanged.
    TellsTheDataAndNotTheState,
    /// The state is checked before the parameters.
    ChecksTheStateBeforeTheParameters,
    /// A missing parameter is found before the session is looked for.
    ChecksTheParametersBeforeTheSession,
    /// AttachUserData of nothing is sent.
    SendsEmptyUserData,
    /// The uri is without /api/v2.
    LeavesTheVersionOutOfTheUri,
    /// The path is that of the API of voice calls.
    ShowsThePathOfCalls,
    /// Lists are in order of the id.
    ListsById,
    /// An added party takes the place of the others.
    ReplacesThePartiesByAnAddedOne,
    /// A deleted party is not taken away.
    KeepsADeletedParty,
    /// A participant is there twice when it is added twice.
    AddsAPartyTwice,
    /// EventRinging makes a caller's session Alerting.
    MixesCallerAndCallee,
    /// Complete ends the session before the SIP Server says so.
    CompletesByTheOperation,
    /// A call never rings a second time.
    NeverReopens,
    /// A reopened session has the user data of the time before.
    KeepsTheDataOverAReopening,
    /// A second ringing without a number opens the session anew.
    ReopensWithoutProof,
    /// The number of a rejected event counts.
    RemembersTheNumberOfARejectedEvent,
    /// A repeated EventReleased brings user data.
    ChangesDataAfterTheEnd,
    /// Completed sessions offer what they offered before.
    OffersOperationsAfterTheEnd,
    /// A message is pushed while the phone still rings.
    PushesMessagesBeforeTheAnswer,
    /// A message without text is pushed as an empty one.
    PushesMessagesWithoutText,
    /// The ConnID of the first event is kept for ever.
    KeepsTheFirstConnId,
    /// A second session may be initiated while one is open.
    InitiatesWhileAnotherIsOpen,
    /// A device of somebody else is taken.
    TakesAnyDevicePath,
    /// Of two sessions with the same id the first answers, open or not.
    PrefersTheFirstDeviceToTheOpenSession,
    /// Queries are not percent-decoded.
    LeavesQueriesEscaped,
    /// Without fields the list has paths, not addresses.
    ListsPathsForUris,
    /// AttachedDataChanged opens a session.
    OpensASessionByData,
    /// EventEstablished needs a ringing before it.
    NeedsARingBeforeTheAnswer,
    /// A participant's numbers are all without what is no digit.
    StripsEveryNumber,
    /// DeleteUserData of a key that is not there is sent.
    DeletesKeysThatAreNotThere,
    /// The size of user data has no limit.
    HasNoLimit,
    /// Any CallUUID is taken.
    TakesAnyCallUuid,
    /// An EventError settles the last request, whichever it names.
    SettlesTheLastRequest,
    /// Of a session that is forgotten no end is remembered.
    ForgetsTheEndOfAForgottenSession,
    /// An end event that overtook the begin is not remembered.
    ForgetsAnEndThatOvertookTheBegin,
    /// A session that opens without a number does not take the number over that is remembered.
    OpensWithoutTheRememberedNumber,
    /// Of too many remembered ends the newest goes.
    ForgetsTheNewestEnd,
    /// After a restart no end is remembered.
    LosesTheEndsInARestart,
    /// A full DN forgets its first session, open or not.
    EvictsAnOpenSession,
    /// A full DN refuses, completed sessions or not.
    CountsCompletedSessions,
    /// A full DN forgets what completed last.
    EvictsWhatCompletedLast,
    /// An event settles a request at whatever DN.
    SettlesAnotherAgentsRequest,
    /// Only EventError and EventACK settle.
    SettlesByAnswersAlone,
    /// EventACK settles an InitiateIMSession.
    SettlesAnInitiationByAck,
    /// A request in flight does not count as open.
    InitiatesTwiceAtOnce,
    /// Requests never time out.
    NeverTimesOut,
    /// After a restart requests are numbered on without a gap.
    NumbersOnAfterARestart,
    /// A notification shows what the agent has no right to.
    LeaksARightThroughANotification,
    /// A list shows what the agent has no right to.
    LeaksARightThroughAList,
    /// What the agent has no right to is sent.
    SendsWithoutTheRight,
    /// The right is checked after the session is looked for.
    ChecksTheRightAfterTheSession,
    /// An end event with too much user data is refused.
    RefusesAnEndForALimit,
    /// Hidden user data is taken for none.
    TakesHiddenUserDataForNone,
    /// The pairs of nested lists are not counted.
    CountsTheOutermostPairsAlone,
    /// A busy destination is not the cause.
    ForgetsThatItWasBusy,
    /// It was busy, also after an answer.
    StaysBusyAfterTheAnswer,
    /// A session that rings again keeps its cause.
    KeepsTheCauseOverAReopening,
    /// What was heard at the cutoff expires.
    ExpiresWhatWasHeardAtTheCutoff,
    /// A cutoff that is still to come is taken.
    TakesACutoffAhead,
    /// A full call refuses, completed sessions or not.
    CountsCompletedSessionsOfACall,
    /// A full DN forgets what completed longest ago anywhere.
    MakesRoomAtAnotherDn,
    /// Of a session that makes room no end is remembered.
    ForgetsTheEndOfWhatMadeRoom,
}
