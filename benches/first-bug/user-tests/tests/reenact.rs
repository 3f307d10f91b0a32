//! A test that fails on purpose, as a user of reenact writes it; `shuttle.rs` has the same one.

use reenact::prelude::*;

#[reenact::test]
async fn the_audit_sees_all_money() {
    let (a, b) = (Shared::new(100), Shared::new(100));
    let accounts = (a.clone(), b.clone());
    let transfer = spawn(async move {
        let from = accounts.0.get();
        yield_now().await;
        accounts.0.set(from - 10);
        yield_now().await;
        let to = accounts.1.get();
        yield_now().await;
        accounts.1.set(to + 10);
    });
    let audit = spawn(async move {
        let seen = a.get();
        yield_now().await;
        seen + b.get()
    });
    transfer.await.unwrap();
    assert_eq!(audit.await.unwrap(), 200, "the audit misses money");
}
