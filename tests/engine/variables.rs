//! What tasks share: who looks first and changes later may undo what another has done meanwhile.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::{ms, run_in, seeded};
use heartrace::runtime::setting::Model;
use heartrace::runtime::{Runtime, Variable};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Two tasks each add one to a variable, `add` says how; the values in which that ends over many orders.
fn ends<F: Future<Output = ()> + 'static>(add: fn(Runtime, Variable<u32>) -> F) -> BTreeSet<u32> {
    (0..50)
        .map(|seed| {
            let end = Rc::new(Cell::new(0));
            let told = end.clone();
            run_in(seeded(seed, Model::Timed), |rt| async move {
                let count = Variable::new(&rt, 0);
                let tasks = ["a", "b"].map(|name| rt.spawn(name, add(rt.clone(), count.clone())));
                for task in tasks {
                    let _ = task.join().await;
                }
                told.set(count.get());
            });
            end.get()
        })
        .collect()
}

#[test]
fn a_change_is_one_step_and_a_look_followed_by_a_change_is_two() {
    let at_once = ends(|rt, count| async move {
        rt.sleep(ms(1)).await;
        count.change(|count| *count += 1);
    });
    assert_eq!(at_once, [2].into());
    let in_two_steps = ends(|rt, count| async move {
        rt.sleep(ms(1)).await;
        let seen = count.read(|count| *count);
        rt.sleep(ms(0)).await;
        count.set(seen + 1);
    });
    assert_eq!(in_two_steps, [1, 2].into());
}
