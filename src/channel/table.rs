//! A table as aligned lines: each column as wide as its widest cell, and the widest ones give way
//! until all fit. Without an edge nothing is cut.

use super::columns::fitted;
use unicode_width::UnicodeWidthStr;

const GAP: &str = "  ";
/// A column is never cut below this: fewer columns would say nothing.
const LEAST: usize = 6;

/// The head first, where there is one. The cells are clean and without line ends.
pub fn lines(head: &[String], rows: &[Vec<String>], columns: Option<usize>) -> Vec<String> {
    let mut widths = widest(head, rows);
    if let Some(columns) = columns {
        squeeze(&mut widths, columns);
    }
    let head = (!head.is_empty()).then(|| row(head, &widths));
    head.into_iter().chain(rows.iter().map(|cells| row(cells, &widths))).collect()
}

fn widest(head: &[String], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths = Vec::new();
    for cells in rows.iter().map(Vec::as_slice).chain([head]) {
        widths.resize(widths.len().max(cells.len()), 0);
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = cell.width().max(*width);
        }
    }
    widths
}

fn squeeze(widths: &mut [usize], columns: usize) {
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > columns {
        match widths.iter_mut().max() {
            Some(width) if *width > LEAST => *width -= 1,
            _ => return,
        }
    }
}

fn row(cells: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| fitted(cell, *width)).collect();
    cells.join(GAP).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(columns: Option<usize>, expected: &[&str]) {
        let cells = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let rows = [cells(&["R1", "hanoi", "core router of the north"]), cells(&["R10", "東京", "edge"])];
        let got = lines(&cells(&["name", "site", "note"]), &rows, columns);
        assert_eq!(got, expected);
    }

    #[test]
    fn columns_are_aligned_and_the_widest_gives_way() {
        let wide = ["name  site   note", "R1    hanoi  core router of the north", "R10   東京   edge"];
        check(None, &wide);
        check(Some(80), &wide);
        check(Some(25), &["name  site   note", "R1    hanoi  core router…", "R10   東京   edge"]);
    }
}
