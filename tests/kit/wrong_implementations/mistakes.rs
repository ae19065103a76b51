//! The mistakes, which tests switch on one by one.

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
    /// EventAbandoned is unknown.
    ForgetsAbandoned,
    /// UpdateUserData and DeleteUserData stay possible after the last key is gone.
    KeepsUpdateAfterTheLastKey,
    /// The session key is the CallUUID without ThisDN.
    KeysByCallUuidAlone,
    /// A session answers any agent that knows its id.
    AnswersAnotherAgent,
    /// An OtherDN equal to ThisDN becomes a participant.
    TakesTheOwnDnAsParticipant,
    /// Event numbers are ignored.
    TakesStaleEvents,
    /// Numbers are compared across a restart of the server.
    IgnoresTheServerStart,
    /// A number without ServerStartTime is compared with the numbers of every server start.
    TakesAnAbsentServerStartForAny,
    /// The first value of a repeated key is shown.
    ShowsTheFirstOfRepeatedKeys,
    /// AttachedDataChanged without ThisDN goes to one session.
    TellsOneSessionOfTheCall,
    /// AttachedDataChanged without ThisDN goes to completed sessions too.
    TellsCompletedSessionsOfTheCall,
    /// AttachedDataChanged without UserData leaves the data as it was.
    TakesAbsentUserDataForNoNews,
    /// Agents are notified of every accepted event, even if nothing changed.
    NotifiesWhereNothingChanged,
    /// Every notification is a StatusChange.
    AlwaysTellsStatusChange,
    /// A change of state that comes with data is notified as AttachedDataChanged.
    TellsTheDataAndNotTheState,
    /// The state is checked before the parameters.
    ChecksTheStateBeforeTheParameters,
    /// A missing parameter is reported before the session is looked up.
    ChecksTheParametersBeforeTheSession,
    /// AttachUserData with empty user data is sent.
    SendsEmptyUserData,
    /// The uri lacks /api/v2.
    LeavesTheVersionOutOfTheUri,
    /// The path is the one of the API for voice calls.
    ShowsThePathOfCalls,
    /// Lists are sorted by id.
    ListsById,
    /// An added party replaces the others.
    ReplacesThePartiesByAnAddedOne,
    /// A deleted party stays.
    KeepsADeletedParty,
    /// A participant that is added twice is listed twice.
    AddsAPartyTwice,
    /// EventRinging makes a caller's session Alerting.
    MixesCallerAndCallee,
    /// Complete ends the session before the SIP Server reports the end.
    CompletesByTheOperation,
    /// A call never rings a second time.
    NeverReopens,
    /// A reopened session keeps the user data of its previous leg.
    KeepsTheDataOverAReopening,
    /// A second ringing without a number reopens the session.
    ReopensWithoutProof,
    /// The number of a rejected event counts.
    RemembersTheNumberOfARejectedEvent,
    /// A repeated EventReleased changes the user data.
    ChangesDataAfterTheEnd,
    /// Completed sessions still offer the operations that they offered before the end.
    OffersOperationsAfterTheEnd,
    /// A message is pushed while the phone still rings.
    PushesMessagesBeforeTheAnswer,
    /// A message without text is pushed as an empty one.
    PushesMessagesWithoutText,
    /// The ConnID of the first event is kept forever.
    KeepsTheFirstConnId,
    /// A second session may be initiated while one is open.
    InitiatesWhileAnotherIsOpen,
    /// Another agent's device is accepted.
    TakesAnyDevicePath,
    /// If two sessions have the same id, the first one answers even if it is completed and the other open.
    PrefersTheFirstDeviceToTheOpenSession,
    /// Queries are not percent-decoded.
    LeavesQueriesEscaped,
    /// Without fields, the list has paths instead of addresses.
    ListsPathsForUris,
    /// AttachedDataChanged opens a session.
    OpensASessionByData,
    /// EventEstablished needs an earlier ringing.
    NeedsARingBeforeTheAnswer,
    /// Non-digits are removed from every participant's number.
    StripsEveryNumber,
    /// DeleteUserData of a key that does not exist is sent.
    DeletesKeysThatAreNotThere,
    /// The size of user data has no limit.
    HasNoLimit,
    /// Any CallUUID is accepted.
    TakesAnyCallUuid,
    /// An EventError settles the last request, whichever request it names.
    SettlesTheLastRequest,
    /// The end of a forgotten session is not remembered.
    ForgetsTheEndOfAForgottenSession,
    /// An end event that arrived before its session began is not remembered.
    ForgetsAnEndThatOvertookTheBegin,
    /// A session that opens without a number ignores the remembered number.
    OpensWithoutTheRememberedNumber,
    /// If too many ends are remembered, the newest one is dropped.
    ForgetsTheNewestEnd,
    /// A restart loses the remembered ends.
    LosesTheEndsInARestart,
    /// A full DN forgets its first session, even an open one.
    EvictsAnOpenSession,
    /// A full DN refuses a new session even if completed ones could make room.
    CountsCompletedSessions,
    /// A full DN forgets the session that completed last.
    EvictsWhatCompletedLast,
    /// An event settles a request at any DN.
    SettlesAnotherAgentsRequest,
    /// Only EventError and EventACK settle requests.
    SettlesByAnswersAlone,
    /// EventACK settles an InitiateIMSession.
    SettlesAnInitiationByAck,
    /// An InitiateIMSession in flight does not count as an open session.
    InitiatesTwiceAtOnce,
    /// Requests never time out.
    NeverTimesOut,
    /// After a restart, request numbers continue without a gap.
    NumbersOnAfterARestart,
    /// A notification shows capabilities that the agent has no right to.
    LeaksARightThroughANotification,
    /// A list shows capabilities that the agent has no right to.
    LeaksARightThroughAList,
    /// Operations that the agent has no right to are sent.
    SendsWithoutTheRight,
    /// The right is checked after the session is looked up.
    ChecksTheRightAfterTheSession,
    /// An end event with too much user data is refused.
    RefusesAnEndForALimit,
    /// Hidden user data is treated as empty.
    TakesHiddenUserDataForNone,
    /// Pairs in nested lists are not counted.
    CountsTheOutermostPairsAlone,
    /// A busy destination does not become the cause.
    ForgetsThatItWasBusy,
    /// The cause stays busy after an answer.
    StaysBusyAfterTheAnswer,
    /// A session that rings again keeps its cause.
    KeepsTheCauseOverAReopening,
    /// A session that was heard exactly at the cutoff expires.
    ExpiresWhatWasHeardAtTheCutoff,
    /// A cutoff in the future is accepted.
    TakesACutoffAhead,
    /// A full call refuses a new session even if completed ones could make room.
    CountsCompletedSessionsOfACall,
    /// A full DN forgets the session that completed longest ago, at whatever DN.
    MakesRoomAtAnotherDn,
    /// The end of a session that made room is not remembered.
    ForgetsTheEndOfWhatMadeRoom,
}
