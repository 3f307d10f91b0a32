//! The combinators of this project keep every guarantee.

use std::rc::Rc;

use reenact_properties::guarantees::{Combinators, Construct, Ours, hold_to};

#[test]
fn ours_keep_every_guarantee() {
    let ours: Rc<dyn Combinators> = Rc::new(Ours);
    for construct in Construct::ALL {
        for row in hold_to(&ours, construct, 2_000) {
            assert!(row.executions > 500 || row.breach.is_some(), "{}", row.executions);
            if let Some(breach) = row.breach {
                panic!(
                    "{construct}, {}, after {}: {}\n{:?}",
                    row.guarantee.number, breach.execution, breach.told, breach.scenario
                );
            }
        }
    }
}
