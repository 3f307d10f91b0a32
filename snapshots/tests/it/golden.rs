//! What the harness sees of the four programs: reviewed texts and lanes in `snapshots/golden/`.

#[path = "../../../src/bin/four_programs/programs.rs"]
mod programs;

use std::path::Path;

use programs::PROGRAMS;
use reenact_sim::Schedule;
use reenact_snapshots::{Level, Pictures, TraceSnapshot, assert_trace_snapshot, insta};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/golden");

#[test]
fn golden_traces_of_the_four_programs() {
    for program in &PROGRAMS {
        let explored = program.every_schedule();
        let document = explored.schedule_of(program.transcript).unwrap().clone();
        for (name, schedule) in [("fifo", Schedule::default()), ("document", document)] {
            let trace = program.trace(&schedule);
            assert_eq!(trace.output().join("\n") == program.transcript, name == "document", "{}", program.name);
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(FOLDER);
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.set_description(format!("{} under {schedule}: {}", program.name, program.guarantee));
            settings.bind(|| {
                assert_trace_snapshot!(format!("{}.{name}", program.name), trace.trace_text().level(Level::Everything));
                insta::assert_snapshot!(format!("{}.{name}.lanes", program.name), trace.lanes());
            });
        }
    }
}

#[test]
fn nothing_in_the_folder_is_of_this_machine_or_left_from_before() {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(Path::new(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".snap") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(!text.contains(env!("CARGO_MANIFEST_DIR")) && !text.contains("/home/") && !text.contains("/tmp/"), "{name}");
            names.push(name);
        }
    }
    names.sort();
    let expected = PROGRAMS.iter().flat_map(|program| {
        let files = ["document", "document.lanes", "fifo", "fifo.lanes"];
        files.map(|file| format!("{}.{file}.snap", program.name))
    });
    let mut expected: Vec<String> = expected.collect();
    expected.sort();
    assert_eq!(names, expected);
}
