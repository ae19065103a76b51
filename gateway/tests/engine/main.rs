//! The guarantees of every engine (`docs/gateway-engine.md`), with one test case for each. The cases are independent of
//! the kind of engine: a `Place` opens it, and opens it again after a restart.

#![cfg(feature = "server")]
#![allow(clippy::unwrap_used, missing_docs, reason = "a test says what it expects by failing")]

mod division;
mod events;
mod failure;
mod feeds;
mod file;
mod notifications;
mod operations;
mod place;
#[cfg(feature = "redis")]
mod redis_cluster;
#[cfg(feature = "redis")]
mod redis_division;
#[cfg(feature = "redis")]
mod redis_loss;
#[cfg(feature = "redis")]
mod redis_nodes;
#[cfg(feature = "redis")]
mod redis_server;
mod requests;
mod restart;
mod time;

/// Runs each case on each engine.
macro_rules! on_each_engine {
    ($($module:ident: $($case:ident),+;)+) => {
        mod embedded_in_memory {
            $($(
                #[tokio::test]
                async fn $case() {
                    crate::$module::$case(&crate::place::Place::in_memory()).await;
                }
            )+)+
        }

        mod embedded_in_a_file {
            $($(
                #[tokio::test]
                async fn $case() {
                    crate::$module::$case(&crate::place::Place::in_a_file()).await;
                }
            )+)+
        }

        #[cfg(feature = "redis")]
        mod redis {
            $($(
                #[tokio::test]
                async fn $case() {
                    if let Some(place) = crate::place::Place::in_redis(stringify!($case)) {
                        crate::$module::$case(&place).await;
                    }
                }
            )+)+
        }

        /// The cases share one Redis Cluster and run in sequence, because a cluster takes seconds to start.
        #[cfg(feature = "redis")]
        #[tokio::test]
        async fn every_case_on_a_redis_cluster() {
            let Some(nodes) = crate::redis_nodes::RedisNodes::start().await else {
                println!("every_case_on_a_redis_cluster: SKIPPED, since redis-server is not installed");
                return;
            };
            let place = crate::place::Place::RedisCluster(nodes);
            $($(
                println!(stringify!($module::$case));
                crate::$module::$case(&place).await;
                place.empty().await;
            )+)+
        }
    };
}

on_each_engine! {
    events: events_make_sessions_that_their_agent_reads, what_cannot_be_read_is_named_at_its_place,
        an_event_without_a_dn_reaches_every_session_of_the_call, many_callers_at_once_lose_nothing;
    feeds: a_batch_is_applied_once, feeds_have_positions_of_their_own, a_feed_keeps_a_note,
        a_batch_from_before_is_applied_nowhere_and_answered_with_the_feeds_position;
    notifications: they_come_in_order_and_only_for_those_who_have_the_dn, they_show_no_more_than_the_rights,
        they_come_after_the_commit, present_begins_a_subscription, messages_are_undelivered_until_they_are_delivered,
        no_more_than_the_outbox_holds_is_sent_again, states_take_no_room_from_messages,
        what_was_delivered_is_not_sent_again_after_a_clean_end;
    operations: an_operation_is_answered_and_makes_a_request, a_refused_operation_makes_none,
        a_second_initiate_is_refused_while_the_first_is_in_flight, another_agents_session_is_not_found;
    requests: they_are_kept_until_confirmed, they_are_gone_when_settled, a_failed_request_is_told_to_its_agent,
        who_waits_for_requests_is_woken;
    restart: everything_is_there_again, ids_of_notifications_go_on, an_event_sent_again_after_a_restart_is_not_applied_twice;
    time: a_request_times_out_and_its_agent_is_told, a_session_expires, a_completed_session_is_forgotten,
        one_wrong_time_does_not_stop_time, time_goes_on_after_a_pause_of_days, the_first_time_of_a_start_may_be_any;
}
