//! The tables.

use common::{Style, Variant, Workload};

use crate::chosen::{Chosen, Line};
use crate::measured::{Cell, Results};
use crate::peers::Peer;

/// What stands where nothing was measured.
const NOTHING: &str = "–";
const FAILED: &str = "failed";

/// What there is.
pub(crate) fn list(peers: &[Peer]) -> String {
    let mut text = String::new();
    for peer in peers {
        for variant in &peer.description.variants {
            let works: Vec<_> = variant.works.iter().map(|work| work.workload.to_string()).collect();
            text += &format!("{}/{}: {}\n", peer.short, variant.name, works.join(" "));
        }
    }
    text.trim_end().to_owned()
}

/// All tables of what was chosen.
pub(crate) fn all(chosen: &Chosen<'_>, results: &Results) -> String {
    let tables = Tables { chosen, results };
    let there: Vec<_> = chosen.workloads().collect();
    let mut parts = vec![format!("### Overview\n\n{}", tables.overview(&there))];
    for (workload, title) in [
        (Workload::Sleeping, "W1: executions of three tasks that sleep"),
        (Workload::Yielding, "W1y: the same with yields in place of sleeps"),
        (Workload::PingPong, "W2: messages between two tasks"),
        (Workload::Crowd, "W3: steps of 1000 tasks that yield"),
        (Workload::Timers, "W4: tasks with a timer each"),
        (Workload::Rounds { tasks: 1_000 }, "W5: tasks spawned and joined, 1000 at a time"),
    ] {
        if there.contains(&workload) {
            parts.push(format!("### {title}\n\n{}", tables.one(workload)));
        }
    }
    let rounds: Vec<_> = there.iter().copied().filter(|workload| Workload::ROUNDS.contains(workload)).collect();
    if !rounds.is_empty() {
        parts.push(format!("### W5: as there are more at a time\n\n{}", tables.rounds(&rounds)));
    }
    for workload in there.iter().filter(|workload| Workload::EXHAUSTIVE.contains(workload)) {
        let Workload::Exhaustive { tasks, yields } = workload else { continue };
        parts.push(format!("### W6: every schedule of {tasks} tasks of {yields} yields\n\n{}", tables.search(*workload)));
    }
    parts.join("\n")
}

/// How the tables name a variant.
pub(crate) fn run_as(variant: &Variant) -> String {
    match variant.style {
        Style::AsUsed => variant.name.clone(),
        Style::Bare => format!("{}, bare", variant.name),
    }
}

struct Tables<'a> {
    chosen: &'a Chosen<'a>,
    results: &'a Results,
}

impl<'a> Tables<'a> {
    /// The lines of a table, what is fastest first. A peer that measures nothing here has one line, which says why.
    fn lines(&self, workload: Workload) -> Vec<(&'a Line<'a>, Option<&'a Cell>)> {
        let mut lines: Vec<(&Line<'_>, Option<&Cell>)> = Vec::new();
        for line in self.chosen.lines() {
            let cell = self.results.get(line, workload);
            let same = |(known, _): &(&Line<'_>, _)| known.peer.short == line.peer.short;
            if cell.is_some() {
                lines.retain(|other| !(same(other) && other.1.is_none()));
                lines.push((line, cell));
            } else if !lines.iter().any(same) {
                lines.push((line, None));
            }
        }
        let median = |cell: &Option<&Cell>| cell.and_then(Cell::median).unwrap_or(f64::INFINITY);
        lines.sort_by(|(_, one), (_, other)| median(one).total_cmp(&median(other)));
        lines
    }

    /// What the floor takes: its first line.
    fn floor(&self, workload: Workload) -> Option<f64> {
        let line = self.chosen.lines().iter().find(|line| line.peer.description.name == "floor")?;
        self.results.get(line, workload)?.median()
    }

    /// One number for each line and workload; of W5 and W6 only one size.
    fn overview(&self, workloads: &[Workload]) -> String {
        let shown = |workload: &Workload| match workload {
            Workload::Rounds { tasks } => *tasks == 1_000,
            Workload::Exhaustive { tasks, .. } => *tasks == 3,
            _ => true,
        };
        let shown: Vec<_> = workloads.iter().copied().filter(shown).collect();
        let heads: Vec<_> = shown.iter().map(|workload| format!("{workload}, {}", workload.operation())).collect();
        let mut text = format!(
            "Median ns of processor time per operation. Why a number is missing stands below the table of its workload.\n\n| peer | run as | {} |\n| --- | --- ",
            heads.join(" | ")
        );
        text += &"| ---: ".repeat(shown.len());
        text += "|\n";
        for line in self.chosen.lines() {
            let median = |&workload: &Workload| self.results.get(line, workload).and_then(Cell::median);
            let columns: Vec<_> =
                shown.iter().map(|workload| median(workload).map_or_else(|| NOTHING.to_owned(), number)).collect();
            text += &format!("| {} | {} | {} |\n", line.peer.description.name, run_as(line.variant), columns.join(" | "));
        }
        text
    }

    fn one(&self, workload: Workload) -> String {
        let memory = workload == Workload::Timers;
        let operation = workload.operation();
        let mut text = format!("| peer | run as | ns per {operation} | lowest to highest | × floor | instructions |");
        text += if memory { " bytes per task |\n" } else { "\n" };
        text += &"| --- ".repeat(2);
        text += &"| ---: ".repeat(if memory { 5 } else { 4 });
        text += "|\n";
        let mut notes = Notes::default();
        for (line, cell) in self.lines(workload) {
            let note = notes.mark(line, workload);
            text += &format!(
                "| {} | {}{note} |",
                line.peer.description.name,
                cell.map_or_else(String::new, |_| run_as(line.variant))
            );
            let mut columns = self.numbers(cell, workload);
            if memory {
                columns.push(cell.and_then(|cell| cell.bytes).map_or_else(|| NOTHING.to_owned(), number));
            }
            text += &columns.iter().map(|column| format!(" {column} |")).collect::<String>();
            text += "\n";
        }
        text + &notes.text()
    }

    fn numbers(&self, cell: Option<&Cell>, workload: Workload) -> Vec<String> {
        let Some(cell) = cell else { return vec![NOTHING.to_owned(); 4] };
        let nothing = || if cell.failed.is_some() { FAILED.to_owned() } else { NOTHING.to_owned() };
        let median = cell.median();
        let spread = cell.spread().map(|(lowest, highest)| format!("{} to {}", number(lowest), number(highest)));
        let times = median.zip(self.floor(workload)).map(|(median, floor)| number(median / floor));
        let instructions = cell.instructions.map_or_else(|| "not measured".to_owned(), number);
        vec![median.map_or_else(nothing, number), spread.unwrap_or_else(nothing), times.unwrap_or_else(nothing), instructions]
    }

    fn rounds(&self, workloads: &[Workload]) -> String {
        let sizes: Vec<_> = workloads.iter().map(|workload| workload.to_string().trim_start_matches("w5-").to_owned()).collect();
        let mut text = format!("ns per task, median of the rounds.\n\n| peer | run as | {} |\n| --- | --- ", sizes.join(" | "));
        text += &"| ---: ".repeat(sizes.len());
        text += "|\n";
        let mut notes = Notes::default();
        for (line, cell) in self.lines(workloads[0]) {
            let run_as = cell.map_or_else(String::new, |_| run_as(line.variant));
            let mut columns = String::new();
            let mut marks = String::new();
            for &workload in workloads {
                let cell = self.results.get(line, workload);
                let median = cell.and_then(Cell::median).map(number);
                let missing = cell.is_none();
                let mark = notes.mark(line, workload);
                if missing {
                    columns += &format!(" {NOTHING}{mark} |");
                } else {
                    columns += &format!(" {} |", median.unwrap_or_else(|| FAILED.to_owned()));
                    if !marks.contains(&mark) {
                        marks += &mark;
                    }
                }
            }
            text += &format!("| {} | {run_as}{marks} |{columns}\n", line.peer.description.name);
        }
        text + &notes.text()
    }

    fn search(&self, workload: Workload) -> String {
        let mut text = String::from(
            "| peer | run as | executions | all of them | ns per execution | lowest to highest | × floor | instructions |\n",
        );
        text += "| --- | --- | ---: | --- | ---: | ---: | ---: | ---: |\n";
        let mut notes = Notes::default();
        for (line, cell) in self.lines(workload) {
            let note = notes.mark(line, workload);
            let executions = cell.filter(|cell| cell.median().is_some()).map(|cell| number(cell.operations as f64));
            let complete = match cell.and_then(|cell| cell.complete) {
                Some(true) => "yes",
                Some(false) => "no, the first",
                None => NOTHING,
            };
            let executions = executions.unwrap_or_else(|| NOTHING.to_owned());
            let numbers = self.numbers(cell, workload).join(" | ");
            text += &format!(
                "| {} | {}{note} | {executions} | {complete} | {numbers} |\n",
                line.peer.description.name,
                run_as(line.variant)
            );
        }
        text + &notes.text()
    }
}

/// The remarks under a table, numbered as they come.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    /// Why a line does not run a workload, or what is different if it does.
    fn mark(&mut self, line: &Line<'_>, workload: Workload) -> String {
        let note = line.work(workload).map_or_else(|| line.why_not(workload), |work| work.note.as_deref());
        let Some(note) = note else { return String::new() };
        let note = format!("{}: {note}.", line.peer.description.name);
        let number = self.0.iter().position(|known| *known == note).unwrap_or_else(|| {
            self.0.push(note);
            self.0.len() - 1
        });
        format!(" [{}]", number + 1)
    }

    fn text(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let lines = self.0.iter().enumerate().map(|(index, note)| format!("[{}] {note}  \n", index + 1));
        format!("\n{}", lines.collect::<String>())
    }
}

/// Three digits, or all before the point, in groups of three.
fn number(value: f64) -> String {
    if value < 9.95 {
        return format!("{value:.2}");
    }
    if value < 99.5 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_or_more() {
        assert_eq!(
            [1.234, 9.951, 99.51, 123.4, 1_234.5, 1_234_567.0].map(number),
            ["1.23", "10.0", "100", "123", "1,234", "1,234,567"]
        );
    }
}
