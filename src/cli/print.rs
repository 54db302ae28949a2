//! What the command line prints: tables of words, and the one error.

use unicode_width::UnicodeWidthStr;

/// Columns as wide as their widest word; nothing for the eye but two blanks between them.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    let mut lines = vec![head.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>()];
    lines.extend(rows.iter().cloned());
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            lines.iter().filter_map(|line| line.get(column)).map(|word| word.width()).max().unwrap_or(0)
        })
        .collect();
    for line in &lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(word, width)| format!("{word}{}", " ".repeat(width.saturating_sub(word.width()))))
            .collect();
        say(cells.join("  ").trim_end());
    }
}

/// A line on standard output; a closed pipe (`| head`) is no error.
pub fn say(line: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _closed = writeln!(out, "{line}");
}

/// The one error, with what caused it, on standard error.
pub fn complain(error: &anyhow::Error) {
    use std::io::Write;
    let mut causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    causes.dedup();
    let _closed = writeln!(std::io::stderr().lock(), "patchbay: {}", causes.join(": "));
}
