//! The work queue: limit, order, who is dropped when a worker asks, and what becomes of those who leave.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use heartrace::patterns::queue::{
    Backlog, Codel, Config, Full, MOST, Next, OnFull, Order, Refused, Shed, Ticket, WorkQueue,
};
use heartrace::runtime::ends::End;
use heartrace::runtime::setting::{Order as Choices, Setting};
use heartrace::runtime::virtual_time::Run;
use heartrace::runtime::{Runtime, Time};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

fn at(ms: u64) -> Time {
    Time::from_nanos(ms * 1_000_000)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn backlog(config: Config) -> Backlog<u32> {
    Backlog::new(config).unwrap()
}

/// All that a worker who never pauses gets at one moment: what is served, and what is dropped on the way.
fn drain(backlog: &mut Backlog<u32>, now: u64) -> (Vec<u32>, Vec<u32>) {
    let (mut served, mut dropped) = (Vec::new(), Vec::new());
    while let Some(next) = backlog.pop(at(now)) {
        match next {
            Next::Serve(item) => served.push(item),
            Next::Drop(item) => dropped.push(item),
        }
    }
    (served, dropped)
}

#[test]
fn the_first_or_the_last_comes_first() {
    for (order, expected) in [(Order::Fifo, [1, 2, 3]), (Order::Lifo, [3, 2, 1])] {
        let mut queue = backlog(Config { order, ..Config::default() });
        for item in 1..=3 {
            queue.push(item, 0, Time::MAX, at(0)).unwrap();
        }
        assert_eq!(drain(&mut queue, 1), (expected.to_vec(), vec![]), "{order:?}");
    }
}

#[test]
fn who_finds_it_full_is_told_at_once_and_gets_the_entry_back() {
    let mut queue = backlog(Config { limit: 2, ..Config::default() });
    assert!(queue.push(1, 0, Time::MAX, at(0)).is_ok() && queue.push(2, 0, Time::MAX, at(0)).is_ok());
    assert_eq!(queue.push(3, 0, Time::MAX, at(0)), Err(Full(3)));
    assert_eq!(queue.pop(at(0)), Some(Next::Serve(1)));
    assert!(queue.push(4, 0, Time::MAX, at(0)).is_ok(), "what a worker has taken is not counted");
}

#[test]
fn expired_means_that_the_deadline_is_reached() {
    let mut queue = backlog(Config { shed: Shed::Expired, ..Config::default() });
    for (item, deadline) in [(1, 99), (2, 100), (3, 101)] {
        queue.push(item, 0, at(deadline), at(0)).unwrap();
    }
    assert_eq!(drain(&mut queue, 100), (vec![3], vec![1, 2]));
}

#[test]
fn what_can_be_answered_exactly_at_the_deadline_is_kept() {
    let mut queue = backlog(Config { shed: Shed::TooLate { needs: ms(10) }, ..Config::default() });
    for (item, deadline) in [(1, 109), (2, 110), (3, 111)] {
        queue.push(item, 0, at(deadline), at(0)).unwrap();
    }
    assert_eq!(drain(&mut queue, 100), (vec![2, 3], vec![1]));
    queue.push(4, 0, at(5), at(0)).unwrap();
    assert_eq!(drain(&mut queue, 100), (vec![], vec![4]), "a deadline shorter than the work itself");
}

#[test]
fn codel_allows_a_burst_and_cuts_a_standing_queue() {
    let mut queue = backlog(Config { shed: Shed::Codel(Codel::default()), ..Config::default() });
    let join = |queue: &mut Backlog<u32>, item, now| {
        queue.push(item, 0, Time::MAX, at(now)).unwrap();
    };
    // A burst into an empty queue may wait for 100 ms.
    (0..3).for_each(|item| join(&mut queue, item, 0));
    assert_eq!(queue.pop(at(99)), Some(Next::Serve(0)));
    assert_eq!(drain(&mut queue, 100), (vec![], vec![1, 2]));
    // It was empty at 100 ms, so those who join before 200 ms may wait for 100 ms, those from then on for 5 ms.
    (0..12_u32).for_each(|item| join(&mut queue, item, 100 + u64::from(item) * 10));
    // At 215 ms: those of 100 and 110 have waited for over 100 ms, those of 200 and 210 for 5 ms and more. Whose time
    // was over first is dropped first.
    assert_eq!(drain(&mut queue, 215), (vec![2, 3, 4, 5, 6, 7, 8, 9], vec![0, 10, 1, 11]));
    join(&mut queue, 20, 216);
    assert_eq!(drain(&mut queue, 315), (vec![20], vec![]), "a new burst");
}

#[test]
fn the_old_do_not_lie_at_the_bottom_of_a_stack_for_ever() {
    let mut queue = backlog(Config { order: Order::Lifo, shed: Shed::Expired, limit: 3, ..Config::default() });
    for (item, deadline) in [(1, 10), (2, 20), (3, 1000)] {
        queue.push(item, 0, at(deadline), at(0)).unwrap();
    }
    assert_eq!([queue.pop(at(15)), queue.pop(at(15))], [Some(Next::Drop(1)), Some(Next::Serve(3))]);
    assert_eq!(queue.len(), 1);
}

#[test]
fn p_r12_an_entry_leaves_the_line_when_its_caller_says_so() {
    let mut queue = backlog(Config { limit: 3, ..Config::default() });
    let tickets = [1, 2, 3].map(|item| queue.push(item, 0, Time::MAX, at(0)).unwrap().ticket);
    assert_eq!(queue.withdraw(tickets[1], at(0)), Some(2));
    assert_eq!(queue.withdraw(tickets[1], at(0)), None, "it has gone");
    assert!(queue.push(4, 0, Time::MAX, at(0)).is_ok(), "its place is free");
    assert_eq!(drain(&mut queue, 0), (vec![1, 3, 4], vec![]));
    assert_eq!(queue.withdraw(tickets[2], at(0)), None, "a worker has it");
}

#[test]
fn a_queue_that_makes_no_sense_names_the_field() {
    let field = |config| Backlog::<()>::new(config).map(drop).map_err(|error| error.field);
    let codel = |target, interval| Config { shed: Shed::Codel(Codel { target, interval }), ..Config::default() };
    assert_eq!(field(Config { limit: 0, ..Config::default() }), Err("limit"));
    assert_eq!(field(Config { limit: MOST + 1, ..Config::default() }), Err("limit"));
    assert_eq!(field(codel(Duration::ZERO, ms(100))), Err("target"));
    assert_eq!(field(codel(ms(101), ms(100))), Err("target"));
    assert_eq!(field(codel(ms(100), ms(100))), Ok(()));
}

/// Pushes entries of these classes, numbered from 0, into a queue with room for so many; who was refused or had to
/// give way, and the order in which the others are served.
fn pushed(on_full: OnFull, limit: u32, classes: &[u8]) -> (Vec<u32>, Vec<u32>) {
    let mut queue = backlog(Config { limit, on_full, ..Config::default() });
    let mut gone = Vec::new();
    for (item, class) in (0..).zip(classes) {
        match queue.push(item, *class, Time::MAX, at(0)) {
            Ok(admitted) => gone.extend(admitted.evicted),
            Err(Full(item)) => gone.push(item),
        }
    }
    let served = drain(&mut queue, 0).0;
    assert!(served.len() <= limit as usize);
    (gone, served)
}

#[test]
fn v_l135_the_more_urgent_come_first_then_whoever_came_first() {
    assert_eq!(pushed(OnFull::Newcomer, 9, &[5, 5, 3, 9, 5, 3]), (vec![], vec![2, 5, 0, 1, 4, 3]));
}

#[test]
fn v_l136_the_oldest_of_the_least_urgent_gives_way() {
    assert_eq!(pushed(OnFull::Oldest, 3, &[5, 6, 6, 5, 6]), (vec![1, 2], vec![0, 3, 4]));
    assert_eq!(pushed(OnFull::Oldest, 2, &[1, 1, 2]), (vec![2], vec![0, 1]), "all are more urgent than the newcomer");
}

#[test]
fn v_l137_the_newcomer_gives_way_however_urgent() {
    assert_eq!(pushed(OnFull::Newcomer, 2, &[5, 5, 0, 9]), (vec![2, 3], vec![0, 1]));
}

#[test]
fn v_l138_only_a_less_urgent_one_gives_way() {
    assert_eq!(pushed(OnFull::LessUrgent, 2, &[5, 5, 5, 4, 4, 3]), (vec![2, 0, 1, 3], vec![5, 4]));
}

#[test]
fn v_l139_whoever_hammers_at_a_shut_door_keeps_it_shut() {
    let block = |limit, penalty| Config { limit, on_full: OnFull::Block(penalty), ..Config::default() };
    let mut queue = backlog(block(2, ms(100)));
    for item in [1, 2] {
        queue.push(item, 0, Time::MAX, at(0)).unwrap();
    }
    assert_eq!(queue.push(3, 0, Time::MAX, at(10)), Err(Full(3)));
    assert_eq!(drain(&mut queue, 10), (vec![], vec![1, 2]), "those who waited are dropped");
    assert_eq!(queue.push(4, 0, Time::MAX, at(109)), Err(Full(4)), "though nobody waits");
    assert_eq!(queue.push(5, 0, Time::MAX, at(208)), Err(Full(5)), "and the penalty begins anew");
    assert!(queue.push(6, 0, Time::MAX, at(308)).is_ok());
    assert_eq!(drain(&mut queue, 308), (vec![6], vec![]));
    // One that would have been dropped later anyway is dropped now, and once.
    let mut queue = backlog(Config { shed: Shed::Expired, ..block(1, ms(10)) });
    queue.push(1, 0, at(500), at(0)).unwrap();
    assert_eq!((queue.push(2, 0, Time::MAX, at(1)), queue.len()), (Err(Full(2)), 1));
    assert_eq!(drain(&mut queue, 1), (vec![], vec![1]));
    let refused = Backlog::<()>::new(block(1, Duration::ZERO)).map(drop).unwrap_err();
    assert_eq!(refused.field, "penalty");
}

/// The simplest thing that could be right: a list in the order they came, looked through each time.
#[test]
fn it_agrees_with_a_plain_list() {
    let rules = [OnFull::Newcomer, OnFull::Oldest, OnFull::LessUrgent];
    for (order, on_full) in [Order::Fifo, Order::Lifo].into_iter().flat_map(|order| rules.map(|rule| (order, rule))) {
        let mut queue = backlog(Config { order, on_full, shed: Shed::Expired, limit: 8 });
        let mut list: Vec<Listed> = Vec::new();
        let mut dice = 1_u64;
        for step in 0..20_000_u32 {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (now, roll) = (u64::from(step), dice >> 33);
            let what = format!("{order:?} {on_full:?} {step}");
            match roll % 4 {
                0 | 1 => {
                    let (class, deadline) = ((roll / 4 % 3) as u8, now + roll % 40);
                    let expected = make_room(&mut list, on_full, class);
                    let pushed = queue.push(step, class, at(deadline), at(now));
                    assert_eq!(pushed.map(|admitted| admitted.evicted).ok(), expected, "{what}");
                    if expected.is_some() {
                        list.push(Listed { item: step, class, deadline, ticket: pushed.unwrap().ticket });
                    }
                }
                2 if !list.is_empty() => {
                    let gone = list.remove(roll as usize / 4 % list.len());
                    assert_eq!(queue.withdraw(gone.ticket, at(now)), Some(gone.item), "{what}");
                }
                _ => assert_eq!(queue.pop(at(now)), next(&mut list, order, now), "{what}"),
            }
            assert_eq!(queue.len(), list.len(), "{what}");
        }
    }
}

#[derive(Clone, Copy)]
struct Listed {
    item: u32,
    class: u8,
    deadline: u64,
    ticket: Ticket,
}

/// Whether a newcomer finds room, and who gave way.
fn make_room(list: &mut Vec<Listed>, on_full: OnFull, class: u8) -> Option<Option<u32>> {
    if list.len() < 8 {
        return Some(None);
    }
    let least = list.iter().map(|entry| entry.class).max()?;
    let gives_way = match on_full {
        OnFull::Newcomer | OnFull::Block(_) => false,
        OnFull::Oldest => least >= class,
        OnFull::LessUrgent => least > class,
    };
    let oldest = list.iter().position(|entry| entry.class == least)?;
    gives_way.then(|| Some(list.remove(oldest).item))
}

fn next(list: &mut Vec<Listed>, order: Order, now: u64) -> Option<Next<u32>> {
    let overdue = list.iter().filter(|entry| entry.deadline <= now);
    if let Some(over) = overdue.min_by_key(|entry| (entry.deadline, entry.class, entry.item)).copied() {
        list.retain(|entry| entry.item != over.item);
        return Some(Next::Drop(over.item));
    }
    let most = list.iter().map(|entry| entry.class).min()?;
    let is_most = |entry: &Listed| entry.class == most;
    let place = match order {
        Order::Fifo => list.iter().position(is_most)?,
        Order::Lifo => list.iter().rposition(is_most)?,
    };
    Some(Next::Serve(list.remove(place).item))
}

/// Runs a story to its end under every one of these seeds.
fn told<F: Future<Output = ()> + 'static>(tell: impl Fn(Runtime) -> F) {
    for seed in 0..50 {
        let mut run = Run::new(Setting { order: Choices::Seeded, seed, ..Setting::default() }, true);
        run.start(tell(run.runtime().clone()));
        assert_eq!(run.finish(), End::Finished, "seed {seed}");
    }
}

#[test]
fn workers_share_the_work_and_sleep_while_there_is_none() {
    told(|rt| async move {
        let queue = WorkQueue::new(&rt, "work", Config::default()).unwrap();
        let done = Rc::new(RefCell::new(Vec::new()));
        for _ in 0..3 {
            let (inner, queue, done) = (rt.clone(), queue.clone(), done.clone());
            rt.spawn_server("worker", async move {
                loop {
                    if let Some(Next::Serve(item)) = queue.take(&inner).await {
                        inner.work(ms(30)).await;
                        done.borrow_mut().push((item, inner.now()));
                    }
                }
            });
        }
        for item in 0..9_u32 {
            queue.offer(&rt, item, 0, Time::MAX).unwrap();
        }
        rt.sleep(ms(1000)).await;
        // Three at a time: nobody slept while there was work.
        let times: Vec<Time> = done.borrow().iter().map(|(_, time)| *time).collect();
        assert_eq!(times, [30, 30, 30, 60, 60, 60, 90, 90, 90].map(at));
        let mut items: Vec<u32> = done.borrow().iter().map(|(item, _)| *item).collect();
        items.sort_unstable();
        assert!(items.into_iter().eq(0..9), "each once");
        assert!(queue.is_empty());
    });
}

#[test]
fn v_r060_who_stops_waiting_for_work_takes_none_away() {
    told(|rt| async move {
        let queue = WorkQueue::new(&rt, "work", Config::default()).unwrap();
        let (inner, waiting) = (rt.clone(), queue.clone());
        let gone = rt.spawn("gone", async move {
            waiting.take(&inner).await;
        });
        rt.sleep(ms(1)).await;
        queue.offer(&rt, 7_u32, 0, Time::MAX).unwrap();
        gone.stop();
        if queue.is_empty() {
            // In some orders it had it already: then it is its own.
            return;
        }
        assert_eq!(queue.take(&rt).await, Some(Next::Serve(7)));
    });
}

#[test]
fn v_l142_to_l144_a_closed_queue_lets_nobody_in_and_is_worked_off() {
    told(|rt| async move {
        let queue = WorkQueue::new(&rt, "work", Config::default()).unwrap();
        let done = Rc::new(Cell::new(0));
        let workers: Vec<_> = (0..3)
            .map(|_| {
                let (inner, queue, done) = (rt.clone(), queue.clone(), done.clone());
                rt.spawn("worker", async move {
                    while queue.take(&inner).await.is_some() {
                        inner.work(ms(10)).await;
                        done.set(done.get() + 1);
                    }
                })
            })
            .collect();
        for item in 0..4_u32 {
            queue.offer(&rt, item, 0, Time::MAX).unwrap();
        }
        rt.sleep(ms(5)).await;
        assert!(queue.close(&rt));
        assert!(!queue.close(&rt), "L144: once");
        assert_eq!(queue.offer(&rt, 9, 0, Time::MAX), Err(Refused::Closed(9)), "L142: submit afterwards fails");
        for worker in workers {
            let _ = worker.join().await;
        }
        assert_eq!((done.get(), rt.now()), (4, at(20)), "L143: all is done, and every worker has ended");
    });
}

#[test]
fn another_limit_throws_nobody_out() {
    let mut queue = backlog(Config { limit: 3, ..Config::default() });
    (0..3_u32).for_each(|item| assert!(queue.push(item, 0, Time::MAX, at(0)).is_ok()));
    queue.set_limit(1);
    assert!(queue.push(3_u32, 0, Time::MAX, at(0)).is_err());
    assert_eq!(drain(&mut queue, 0).0, [0, 1, 2]);
    queue.set_limit(0);
    assert!(queue.push(4_u32, 0, Time::MAX, at(0)).is_ok(), "one always fits");
}

/// A service that gave way as it should was taken for one that is overloaded, since both were *pending*. Here load is
/// the age of what waits, and nothing else.
#[test]
fn p_r13_load_is_the_age_of_what_waits_and_not_that_somebody_waits() {
    let codel = Codel { target: ms(5), interval: ms(100) };
    let config = Config { shed: Shed::Codel(codel), ..Config::default() };
    // A worker that gives way a thousand times for each entry, and takes no time for any: nothing is dropped.
    let mut run = Run::new(Setting::default(), true);
    let rt = run.runtime().clone();
    run.start(async move {
        let queue = WorkQueue::new(&rt, "queue", config).unwrap();
        for item in 0..50_u32 {
            queue.offer(&rt, item, 0, Time::MAX).unwrap();
        }
        let mut served = Vec::new();
        while let Some(Next::Serve(item)) = queue.try_take(&rt) {
            for _ in 0..1000 {
                rt.yield_now().await;
            }
            served.push(item);
        }
        assert!(served.into_iter().eq(0..50));
    });
    assert_eq!(run.finish(), End::Finished);
    // One that never gives way and takes its time: what has waited too long is dropped.
    let mut queue = backlog(config);
    for item in 0..50 {
        queue.push(item, 0, Time::MAX, at(0)).unwrap();
    }
    let mut fates = [0, 0];
    for t in (0..1000).step_by(10) {
        match queue.pop(at(t)) {
            Some(Next::Serve(_)) => fates[0] += 1,
            Some(Next::Drop(_)) => fates[1] += 1,
            None => {}
        }
    }
    assert_eq!(fates, [10, 40], "within the interval, and after it");
}
