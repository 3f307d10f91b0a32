//! Guided exploration: what it finds that others do not, the same on any number of threads, and its corpus on disk.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{Command, Output};

use rand::RngExt;
use reenact::task::{spawn, yield_now};
use reenact::{Explorer, FailureKind, SchedulerKind, Shared, Sim, Warning, choose, cover, reachable, sometimes};

use crate::machine::machine;

fn guided() -> Explorer {
    Explorer::new().scheduler(SchedulerKind::Guided)
}

#[test]
fn sixteen_right_steps_in_a_row_are_found_within_50_000_executions() {
    let mut executions: Vec<u64> = (0..20)
        .map(|seed| {
            let report = guided().executions(60_000).seed(seed).run(machine);
            report.failure.map_or(u64::MAX, |_| report.executions)
        })
        .collect();
    executions.sort_unstable();
    assert!(executions[10] < 50_000, "{executions:?}");
    let random = Explorer::new().executions(60_000).scheduler(SchedulerKind::Random).run(machine);
    assert!(random.failure.is_none());
}

#[test]
fn the_report_is_the_same_on_any_number_of_threads_and_for_whoever_looks() {
    for seed in [1, 2] {
        for executions in [1, 100, 1_000, 3_000] {
            let explorer = guided().executions(executions).seed(seed);
            let alone = explorer.run(machine);
            for jobs in [2, 4] {
                let report = explorer.run_parallel(jobs, machine);
                assert_eq!((report.executions, report.distinct, report.corpus), (alone.executions, alone.distinct, alone.corpus));
                let schedule = |report: &reenact::Report| report.failure.as_ref().map(|failure| failure.schedule.to_string());
                assert_eq!(schedule(&report), schedule(&alone));
            }
            let mut digests = BTreeSet::new();
            let visited = explorer.visit(machine, |execution| {
                digests.insert(execution.trace.digest());
                if execution.outcome.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            assert_eq!((visited.executions, digests.len() as u64), (alone.executions, alone.distinct));
        }
    }
}

/// The data of three tasks have to be one of 32 each.
async fn drawing() {
    let mut right = 0;
    for wanted in [3, 17, 30] {
        let drawn = spawn(async move { reenact::rng().random_range(0..32) == wanted });
        if !drawn.await.unwrap() {
            break;
        }
        right += 1;
        cover!("right", right);
    }
    assert!(right < 3, "all three");
}

#[test]
fn what_tasks_draw_is_varied_by_the_numbers_of_their_streams() {
    let report = guided().executions(20_000).run(drawing);
    let failure = report.failure.expect("three draws of one in 32, one after the other");
    let text = failure.schedule.to_string();
    assert!(text.contains(";seed=0x") && text.contains(";streams=0."), "{text}");
    // The text is all that it takes, and so it is what is found again.
    let again = Sim::new().replay(&text.parse().unwrap()).run(drawing);
    assert_eq!(again.trace.digest(), failure.trace.digest());
    assert_eq!(again.schedule, failure.schedule);
    assert_eq!(again.outcome.unwrap_err().message, "all three");
    let random = Explorer::new().executions(20_000).scheduler(SchedulerKind::Random).run(drawing);
    assert!(random.failure.is_none());
}

#[test]
fn reads_of_shared_values_guide_without_any_macro() {
    // Each read has to see the write that comes last among four tasks: one of 24 orders, five times.
    async fn body() {
        let turn = Shared::new(0u32);
        let task = |me: u32| {
            let turn = turn.clone();
            spawn(async move {
                for _ in 0..3 {
                    let seen = turn.get();
                    turn.set(if seen == me { seen + 1 } else { 0 });
                    yield_now().await;
                }
            })
        };
        let tasks = [0, 1, 2, 3].map(task);
        for task in tasks {
            task.await.unwrap();
        }
    }
    let report = guided().executions(2_000).run(body);
    assert!(report.corpus > 20, "{}", report.corpus);
    let nothing = guided().executions(2_000).run(|| async {
        let tasks = [0, 1].map(|_| spawn(yield_now()));
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(nothing.corpus, 0);
}

#[test]
fn what_never_holds_is_warned_about_unless_something_fails() {
    let body = || async {
        let drawn = choose(3);
        assert!(sometimes!(drawn < 3, "any"));
        sometimes!(drawn == 3, "the fourth of three");
        if drawn == 2 {
            reachable!("the third");
        }
    };
    for jobs in [1, 3] {
        let report = Explorer::new().executions(50).run_parallel(jobs, body);
        let [Warning::NeverHeld { name, executions: 50 }] = report.warnings.as_slice() else { panic!("{report}") };
        assert_eq!(name, "the fourth of three");
        let points: Vec<_> = report.points.iter().map(|point| (point.name.as_str(), point.held)).collect();
        assert_eq!(points, [("any", true), ("the fourth of three", false), ("the third", true)]);
        assert!(report.to_string().contains("sometimes!(.., \"the fourth of three\") did not hold in any of 50 executions"));
    }
    let report = Explorer::new().executions(50).run(|| async {
        sometimes!(false, "never");
        panic!("it fails");
    });
    assert!(report.failure.is_some() && report.warnings.is_empty());
    // Outside an execution there is nobody to tell.
    assert!(!sometimes!(false, "outside"));
    cover!("outside", 1);
    assert!(Explorer::new().executions(2).run(|| async {}).points.is_empty());
}

/// A folder of its own for a test.
fn folder(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("reenact-corpus-{test}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn a_corpus_on_disk_is_gone_on_from() {
    let root = folder("resumed");
    let explorer = || guided().seed(3).name("machines::planted").corpus(&root).regressions(reenact::Regressions::Off);
    let first = explorer().executions(500).run(machine);
    assert!(first.failure.is_none() && first.corpus > 5);
    let of_test = root.join("machines--planted");
    assert_eq!(files(&of_test).len() as u64, first.corpus);
    for name in files(&of_test) {
        let text = fs::read_to_string(of_test.join(&name)).unwrap();
        assert!(name.ends_with(".txt") && text.trim().parse::<reenact::Schedule>().is_ok(), "{name}: {text}");
    }
    // Somebody was killed while writing one, and somebody else wrote nonsense.
    fs::write(of_test.join("0.txt.1.tmp"), "r1:0=").unwrap();
    fs::write(of_test.join("nonsense.txt"), "r1:0=").unwrap();
    let again = explorer().executions(first.corpus).run(machine);
    // In another order fewer of them may show all that there is.
    assert!(0 < again.corpus && again.corpus <= first.corpus, "{} of {}", again.corpus, first.corpus);
    assert!(of_test.join("unreadable/nonsense.txt").is_file());
    // From one exploration to the next it gets further, with another seed each time.
    let found = (0..60).any(|seed| explorer().seed(seed).executions(1_500).run(machine).failure.is_some());
    assert!(found);
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn a_failure_in_the_corpus_is_found_at_once() {
    let root = folder("failing");
    let of_test = root.join("lost");
    fs::create_dir_all(&of_test).unwrap();
    fs::write(of_test.join("a.txt"), "r1:0=1\n").unwrap();
    fs::write(of_test.join("b.txt"), "r1:0=2\n").unwrap();
    for jobs in [1, 2] {
        let report = guided().name("lost").corpus(&root).regressions(reenact::Regressions::Off).run_parallel(jobs, || async {
            assert_ne!(choose(1_000_000), 2);
        });
        assert_eq!(report.executions, 2);
        let failure = report.failure.unwrap();
        assert_eq!((failure.kind, failure.schedule.to_string().as_str()), (FailureKind::Panic, "r1:0=2/1000000"));
    }
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn a_corpus_that_cannot_be_made_is_said() {
    let file = folder("is-a-file");
    fs::write(&file, "").unwrap();
    let explorer = guided().name("test").corpus(&file);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| explorer.run(|| async {}))).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains(&format!("{} cannot be made", file.join("test").display())), "{text}");
    fs::remove_file(file).unwrap();
}

mod fixtures {
    #[reenact::test(executions = 20)]
    async fn minimised() {
        crate::machine::machine().await;
    }
}

/// A test of this program in a process of its own, which minimises its corpus.
fn minimise(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "guided::fixtures::minimised", "--nocapture"]);
    command.env("REENACT_REGRESSIONS", "off").env("REENACT_CORPUS_MINIMISE", "on").envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    assert_eq!(status.success(), !text.contains("REENACT_CORPUS_MINIMISE:"), "{text}");
    text
}

#[test]
fn minimising_takes_away_only_what_shows_nothing_of_its_own() {
    let root = folder("minimised");
    let of_test = root.join("explore--guided--fixtures--minimised");
    let furthest = || {
        let schedules = files(&of_test).into_iter().map(|name| fs::read_to_string(of_test.join(name)).unwrap());
        let states = schedules.map(|text| Sim::new().replay(&text.trim().parse().unwrap()).run(machine).outcome.unwrap());
        states.max().unwrap()
    };
    for variables in [&[][..], &[("REENACT_JOBS", "2")], &[("REENACT_TIME_LIMIT", "0")]] {
        // Each of these has found its own way to the states that all of them know.
        for seed in 0..4 {
            let apart = folder("minimised-apart");
            let explorer = guided().seed(seed).executions(300).name("explore::guided::fixtures::minimised").corpus(&apart);
            assert!(explorer.run(machine).failure.is_none());
            fs::create_dir_all(&of_test).unwrap();
            for name in files(&apart.join("explore--guided--fixtures--minimised")) {
                fs::copy(apart.join("explore--guided--fixtures--minimised").join(&name), of_test.join(&name)).unwrap();
            }
            fs::remove_dir_all(apart).unwrap();
        }
        let (before, shown) = (files(&of_test).len(), furthest());
        let all = [&[("REENACT_SCHEDULER", "guided"), ("REENACT_CORPUS", root.to_str().unwrap())], variables].concat();
        minimise(&all);
        let after = files(&of_test).len();
        assert!(0 < after && after < before, "{after} of {before} with {variables:?}");
        assert_eq!(furthest(), shown, "{variables:?}");
        minimise(&all);
        assert!(files(&of_test).len() <= after);
        fs::remove_dir_all(&root).unwrap();
    }
}

#[test]
fn there_must_be_something_to_minimise() {
    let corpus = ("REENACT_CORPUS", "nowhere");
    for variables in [&[][..], &[("REENACT_SCHEDULER", "guided")], &[corpus], &[corpus, ("REENACT_SCHEDULER", "random")]] {
        let text = minimise(variables);
        assert!(text.contains("only a guided exploration with a corpus has something to minimise"), "{variables:?}: {text}");
    }
}
