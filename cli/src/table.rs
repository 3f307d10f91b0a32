//! Columns of text.

/// A table of rows below a heading. Columns are as wide as their widest cell; those named in `right` stand to the right.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    let wide = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = heading.iter().map(|cell| wide(cell)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(wide(cell));
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let cells = cells.zip(&widths).enumerate().map(|(n, (cell, &width))| {
            let space = " ".repeat(width - wide(cell));
            if right.contains(&n) { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut heading.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

/// A number with commas between thousands.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time in seconds, as people say it.
pub(crate) fn seconds(seconds: f64) -> String {
    match seconds {
        moment if moment < 0.1 => format!("{:.0} ms", moment * 1_000.0),
        short if short < 10.0 => format!("{short:.1} s"),
        short if short < 120.0 => format!("{short:.0} s"),
        middle if middle < 7_200.0 => format!("{:.0} min", middle / 60.0),
        long => format!("{:.1} h", long / 3_600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = [vec!["a::test".into(), "1,000".into(), "passed".into()], vec!["b".into(), "5".into(), String::new()]];
        let text = table(&["test", "n", "result"], &rows, &[1]);
        assert_eq!(text, "test         n  result\na::test  1,000  passed\nb            5");
    }

    #[test]
    fn numbers_are_for_people() {
        assert_eq!([count(0), count(999), count(1_000), count(12_345_678)], ["0", "999", "1,000", "12,345,678"]);
        assert_eq!([0.012, 0.25, 65.0, 600.0, 9_000.0].map(seconds), ["12 ms", "0.2 s", "65 s", "10 min", "2.5 h"]);
    }
}
