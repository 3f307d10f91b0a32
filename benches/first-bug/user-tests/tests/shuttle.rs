//! A test that fails on purpose, as a user of shuttle writes it; `reenact.rs` has the same one.

use std::sync::{Arc, Mutex};

use shuttle::future::{block_on, spawn, yield_now};

async fn audit() {
    let (a, b) = (Arc::new(Mutex::new(100)), Arc::new(Mutex::new(100)));
    let accounts = (a.clone(), b.clone());
    let transfer = spawn(async move {
        let from = *accounts.0.lock().unwrap();
        yield_now().await;
        *accounts.0.lock().unwrap() = from - 10;
        yield_now().await;
        let to = *accounts.1.lock().unwrap();
        yield_now().await;
        *accounts.1.lock().unwrap() = to + 10;
    });
    let audit = spawn(async move {
        let seen = *a.lock().unwrap();
        yield_now().await;
        seen + *b.lock().unwrap()
    });
    transfer.await.unwrap();
    assert_eq!(audit.await.unwrap(), 200, "the audit misses money");
}

#[test]
fn the_audit_sees_all_money() {
    shuttle::check_random(|| block_on(audit()), 1_000);
}
