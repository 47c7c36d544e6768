//! Channels: rendezvous, buffers, links, close, and a value that is never lost by a select.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{at, check, check_in, faulty, ms, run_in, seeded};
use heartrace::runtime::ends::{Blocked, End};
use heartrace::runtime::setting::{Harm, Model, Setting};
use heartrace::runtime::{Closed, Message, Of2, Receiver, Refused, Runtime, select, select_now};
use std::rc::Rc;

#[test]
fn a_rendezvous_completes_at_both_ends_at_once() {
    check(&["0 root: sending", "1000 reader: 7", "1000 root: sent"], |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        let r = rt.clone();
        rt.spawn("reader", async move {
            r.sleep(ms(1000)).await;
            r.log(format!("{}", receiver.recv(&r).await.unwrap()));
        });
        rt.log("sending");
        sender.send(&rt, 7).await.unwrap();
        rt.log("sent");
        rt.sleep(ms(0)).await;
    });
}

#[test]
fn a_buffer_takes_as_many_as_it_has_room_for() {
    check(&["0 root: two sent", "500 root: 1 2 3"], |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 2);
        sender.send(&rt, 1).await.unwrap();
        sender.send(&rt, 2).await.unwrap();
        rt.log("two sent");
        let r = rt.clone();
        rt.spawn("third", async move { sender.send(&r, 3).await.unwrap() });
        rt.sleep(ms(500)).await;
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(receiver.recv(&rt).await.unwrap().to_string());
        }
        rt.log(all.join(" "));
    });
}

#[test]
fn try_send_needs_a_parked_receiver_or_room() {
    check(&["0 root: full", "0 root: taken", "0 reader: 2", "0 root: one fits", "0 root: closed"], |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        assert_eq!(sender.try_send(&rt, 1), Err(Refused::Full));
        rt.log("full");
        let r = rt.clone();
        let reader = rt.spawn("reader", async move { r.log(format!("{}", receiver.recv(&r).await.unwrap())) });
        // Spawned, but not parked yet.
        assert_eq!(sender.try_send(&rt, 1), Err(Refused::Full));
        rt.yield_now().await;
        assert_eq!(sender.try_send(&rt, 2), Ok(()));
        // It has been given its value: nobody is parked any more.
        assert_eq!(sender.try_send(&rt, 3), Err(Refused::Full));
        rt.log("taken");
        reader.join().await.unwrap();
        let (buffered, _keep) = rt.channel::<u32>("b", 1);
        assert_eq!((buffered.try_send(&rt, 1), buffered.try_send(&rt, 2)), (Ok(()), Err(Refused::Full)));
        rt.log("one fits");
        buffered.close(&rt);
        assert_eq!(buffered.try_send(&rt, 1), Err(Refused::Closed));
        rt.log("closed");
    });
}

#[test]
fn a_link_keeps_the_order_of_a_sender_and_takes_its_time() {
    check(&["100 root: 1", "100 root: 2", "150 root: 3"], |rt| async move {
        let (sender, receiver) = rt.link::<u32>("l", ms(100));
        sender.send(&rt, 1).await.unwrap();
        sender.send(&rt, 2).await.unwrap();
        let r = rt.clone();
        rt.spawn("other", async move {
            r.sleep(ms(50)).await;
            sender.send(&r, 3).await.unwrap();
        });
        for _ in 0..3 {
            rt.log(format!("{}", receiver.recv(&rt).await.unwrap()));
        }
    });
}

#[test]
fn what_is_under_way_lands_after_a_close() {
    check(&["0 root: refused", "100 root: Some(1)", "100 root: None"], |rt| async move {
        let (sender, receiver) = rt.link::<u32>("l", ms(100));
        sender.send(&rt, 1).await.unwrap();
        sender.close(&rt);
        assert_eq!(sender.send(&rt, 2).await, Err(Closed));
        rt.log("refused");
        rt.log(format!("{:?}", receiver.recv(&rt).await));
        rt.log(format!("{:?}", receiver.recv(&rt).await));
    });
}

#[test]
fn a_close_wakes_those_who_wait_at_either_end() {
    check(&["10 writer: Err(Closed)", "10 reader: None"], |rt| async move {
        let (to_nobody, nobody) = rt.channel::<u32>("a", 0);
        let (from_nobody, reader) = rt.channel::<u32>("b", 0);
        let (r, w) = (rt.clone(), rt.clone());
        let sender = to_nobody.clone();
        let one = rt.spawn("writer", async move { w.log(format!("{:?}", sender.send(&w, 1).await)) });
        let two = rt.spawn("reader", async move { r.log(format!("{:?}", reader.recv(&r).await)) });
        rt.sleep(ms(10)).await;
        nobody.close(&rt);
        to_nobody.close(&rt);
        one.join().await.unwrap();
        from_nobody.close(&rt);
        two.join().await.unwrap();
    });
}

#[test]
fn an_absent_channel_blocks_for_ever() {
    let ran = run_in(Setting::default(), |rt| async move {
        Receiver::<u32>::absent().recv(&rt).await;
    });
    assert_eq!(ran.end, End::Stalled(vec![(0, Blocked::Never)]));
}

#[test]
fn a_dropped_receive_gives_its_value_back() {
    check(&["0 root: Some(1) Some(2)"], |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 1);
        let (r, inner) = (rt.clone(), receiver.clone());
        let reader = rt.spawn("reader", async move {
            inner.recv(&r).await;
        });
        rt.yield_now().await;
        // Handed to the parked reader, who is stopped before he runs again.
        sender.try_send(&rt, 1).unwrap();
        sender.try_send(&rt, 2).unwrap();
        reader.stop();
        rt.log(format!("{:?} {:?}", receiver.recv(&rt).await, receiver.recv(&rt).await));
    });
}

#[test]
fn the_receive_of_a_crashed_task_keeps_its_value_for_ever() {
    let setting = faulty(&[("reader", Harm::Crash { at: at(10) })]);
    check_in(setting, &["20 root: sent", "20 root: None"], |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        let (r, inner) = (rt.clone(), receiver.clone());
        rt.spawn("reader", async move {
            inner.recv(&r).await;
        });
        rt.sleep(ms(20)).await;
        // Nothing of it was unregistered: it still takes what is handed to it.
        sender.try_send(&rt, 1).unwrap();
        rt.log("sent");
        rt.log(format!("{:?}", receiver.try_recv(&rt)));
    });
}

/// Two writers, one reader that selects between both and a timer: whatever is chosen, every value arrives once.
#[test]
fn a_select_never_loses_a_value() {
    for model in [Model::Timed, Model::AnySpeed] {
        for seed in 0..50 {
            let setting = seeded(seed, model);
            let ran = run_in(setting, |rt| async move {
                let (one, from_one) = rt.channel::<u32>("one", 0);
                let (two, from_two) = rt.channel::<u32>("two", 1);
                for (name, sender, base) in [("w1", one, 0), ("w2", two, 100)] {
                    let w = rt.clone();
                    rt.spawn(name, async move {
                        for n in 0..5 {
                            w.sleep(ms(1)).await;
                            sender.send(&w, base + n).await.unwrap();
                        }
                    });
                }
                let mut seen = Vec::new();
                while seen.len() < 10 {
                    // The timer often wins; the values must stay.
                    match select((rt.sleep(ms(1)), from_one.recv(&rt))).await {
                        Of2::A(()) => {}
                        Of2::B(value) => seen.extend(value),
                    }
                    if let Some(Of2::A(value) | Of2::B(value)) = select_now((from_two.recv(&rt), from_one.recv(&rt))) {
                        seen.extend(value);
                    }
                }
                seen.sort_unstable();
                assert_eq!(seen, [0, 1, 2, 3, 4, 100, 101, 102, 103, 104]);
            });
            assert_eq!(ran.end, End::Finished, "seed {seed}, {model:?}");
        }
    }
}

/// A receiver was told at a close that nothing will come; `quiet` took that for a message under way, and since
/// nobody took anything afterwards it waited for ever.
#[test]
fn quiet_does_not_wait_for_a_receiver_that_has_nothing_to_take() {
    check(&["0 root: quiet"], |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        let (r, inner) = (rt.clone(), receiver.clone());
        rt.spawn("reader", async move {
            inner.recv(&r).await;
        });
        rt.yield_now().await;
        sender.close(&rt);
        receiver.quiet(&rt).await;
        rt.log("quiet");
    });
}

#[test]
fn quiet_waits_for_what_is_under_way_and_not_taken() {
    check(&["150 root: quiet"], |rt| async move {
        let (sender, receiver) = rt.link::<u32>("l", ms(100));
        sender.send(&rt, 1).await.unwrap();
        let (r, inner) = (rt.clone(), receiver.clone());
        rt.spawn("reader", async move {
            r.sleep(ms(150)).await;
            inner.recv(&r).await;
        });
        receiver.quiet(&rt).await;
        rt.log("quiet");
    });
}

/// A delayed message on a channel without latency was overtaken by the next one of the same sender.
#[test]
fn a_delayed_message_is_not_overtaken_by_its_own_sender() {
    for capacity in [0, 5] {
        let setting = faulty(&[("c", Harm::Delay { nth: 1, by: ms(30) })]);
        check_in(setting, &["30 root: 1", "30 root: 2"], |rt| async move {
            let (sender, receiver) = rt.channel::<u32>("c", capacity);
            let w = rt.clone();
            rt.spawn("writer", async move {
                sender.send(&w, 1).await.unwrap();
                sender.send(&w, 2).await.unwrap();
            });
            rt.log(format!("{}", receiver.recv(&rt).await.unwrap()));
            rt.log(format!("{}", receiver.recv(&rt).await.unwrap()));
        });
    }
}

/// A fault dropped the value of a parked sender; the receiver that was about to take it parked beside a second
/// sender that was ready, and both waited for ever.
#[test]
fn a_dropped_value_does_not_hide_the_next_sender() {
    for is_select in [false, true] {
        let setting = faulty(&[("c", Harm::Drop { nth: 1 })]);
        check_in(setting, &["5 root: 2"], |rt| async move {
            let (sender, receiver) = rt.channel::<u32>("c", 0);
            let (_never, never) = rt.channel::<u32>("never", 0);
            for (name, value) in [("first", 1), ("second", 2)] {
                let (w, sender) = (rt.clone(), sender.clone());
                rt.spawn(name, async move {
                    w.sleep(ms(u64::from(value))).await;
                    sender.send(&w, value).await.unwrap();
                });
            }
            rt.sleep(ms(5)).await;
            let value = match is_select {
                false => receiver.recv(&rt).await,
                true => match select((never.recv(&rt), receiver.recv(&rt))).await {
                    Of2::A(value) | Of2::B(value) => value,
                },
            };
            rt.log(format!("{}", value.unwrap()));
        });
    }
}

/// The same swallowed arm made a select park although its other arm was ready.
#[test]
fn a_dropped_value_does_not_hide_the_other_arm() {
    let setting = faulty(&[("c", Harm::Drop { nth: 1 })]);
    check_in(setting, &["5 root: 9"], |rt| async move {
        let (sender, receiver) = rt.channel::<u32>("c", 0);
        let (other, from_other) = rt.channel::<u32>("d", 1);
        let w = rt.clone();
        rt.spawn("writer", async move { sender.send(&w, 1).await });
        other.send(&rt, 9).await.unwrap();
        rt.sleep(ms(5)).await;
        match select((receiver.recv(&rt), from_other.recv(&rt))).await {
            Of2::A(_) => panic!("it was dropped"),
            Of2::B(value) => rt.log(format!("{}", value.unwrap())),
        }
    });
}

/// A value whose destructor takes from the channel that it travels on.
struct Greedy {
    rt: Runtime,
    from: Receiver<Greedy>,
    alive: Rc<()>,
}

impl Clone for Greedy {
    fn clone(&self) -> Self {
        Greedy { rt: self.rt.clone(), from: self.from.clone(), alive: self.alive.clone() }
    }
}

impl Message for Greedy {}

impl Drop for Greedy {
    fn drop(&mut self) {
        let _ = self.from.try_recv(&self.rt);
    }
}

#[test]
fn a_destructor_may_use_the_channel_from_which_its_value_falls() {
    let strike = |harm| faulty(&[("c", harm)]);
    let settings = [faulty(&[]), strike(Harm::Drop { nth: 1 }), strike(Harm::Duplicate { nth: 2 })];
    for setting in settings {
        for capacity in [0, 1, 8] {
            let alive = Rc::new(());
            let counted = alive.clone();
            let ran = run_in(setting.clone(), move |rt| async move {
                let (sender, receiver) = rt.channel::<Greedy>("c", capacity);
                let value = |rt: &Runtime| Greedy { rt: rt.clone(), from: receiver.clone(), alive: counted.clone() };
                let send = |name| {
                    let (own, sender, value) = (rt.clone(), sender.clone(), value(&rt));
                    rt.spawn(name, async move { sender.send(&own, value).await.is_ok() })
                };
                let (_, second) = (send("first"), send("second"));
                rt.yield_now().await;
                // Withdrawn if it still waits, with its value.
                second.stop();
                let _third = send("third");
                drop(receiver.recv(&rt).await);
                let _fourth = send("fourth");
                rt.yield_now().await;
                sender.close(&rt);
                rt.yield_now().await;
                // What is left falls with the run.
                assert!(sender.send(&rt, value(&rt)).await.is_err());
            });
            assert_eq!(ran.end, End::Finished, "room for {capacity}");
            assert_eq!(Rc::strong_count(&alive), 1, "room for {capacity}");
        }
    }
}
