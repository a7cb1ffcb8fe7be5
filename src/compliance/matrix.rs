//! The lines of a scan as people look at them: resources against checks, one table for each kind of
//! resource, and what is about several resources together at the end.

use super::bind::Entry;
use crate::settings::Kind;

/// The checks of one kind of resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The kind; none for what is about several resources together.
    pub kind: Option<Kind>,
    /// Positions of the checks: the columns. Checks of one title that are about different resources
    /// share the column of the first.
    pub columns: Vec<usize>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A resource, or several together under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub target: String,
    /// For each column the position of the line; none where the check is not about it.
    pub cells: Vec<Option<usize>>,
}

impl Group {
    /// What the rows are, for people.
    pub fn title(&self) -> String {
        match self.kind {
            Some(kind) => {
                let name = kind.to_string();
                let (first, rest) = name.split_at(1);
                format!("{}{rest}s", first.to_uppercase())
            }
            None => "Together".to_owned(),
        }
    }
}

/// Orders lines, each given by the id of its check and its target. Kinds, checks and resources keep
/// the order in which they come.
pub fn groups<'l>(
    entries: &[Entry],
    lines: impl IntoIterator<Item = (&'l str, &'l str)>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (line, (id, target)) in lines.into_iter().enumerate() {
        let Some(column) = entries.iter().position(|entry| entry.id == id) else { continue };
        let kind = entries[column].kind;
        let position = groups.iter().position(|group| group.kind == kind).unwrap_or_else(|| {
            groups.push(Group { kind, columns: Vec::new(), rows: Vec::new() });
            groups.len() - 1
        });
        groups[position].put(entries, column, target, line);
    }
    // What is about several resources comes last: it is read after the resources.
    groups.sort_by_key(|group| group.kind.is_none());
    groups
}

impl Group {
    fn put(&mut self, entries: &[Entry], column: usize, target: &str, line: usize) {
        let row = self.rows.iter().find(|row| row.target == target);
        let is_free = |at: usize| row.is_none_or(|row| row.cells[at].is_none());
        let columns = || self.columns.iter().enumerate();
        let shared = columns().find(|(_, known)| **known == column).or_else(|| {
            let title = &entries[column].title;
            columns().find(|(at, known)| entries[**known].title == *title && is_free(*at))
        });
        let at = shared.map_or(self.columns.len(), |(at, _)| at);
        if at == self.columns.len() {
            self.columns.push(column);
        }
        let row = self.rows.iter().position(|row| row.target == target).unwrap_or_else(|| {
            self.rows.push(Row { target: target.to_owned(), cells: Vec::new() });
            self.rows.len() - 1
        });
        let width = self.columns.len();
        self.rows.iter_mut().for_each(|row| row.cells.resize(width, None));
        self.rows[row].cells[at] = Some(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, kind: Option<Kind>) -> Entry {
        Entry {
            id: id.to_owned(),
            title: id.to_owned(),
            why: String::new(),
            link: None,
            settings: Vec::new(),
            kind,
            remedies: Vec::new(),
        }
    }

    #[test]
    fn resources_stand_against_checks_by_kind_and_what_is_together_comes_last() {
        let entries = [
            entry("all", None),
            entry("stream", Some(Kind::Table)),
            entry("lock", Some(Kind::Bucket)),
            entry("recovery", Some(Kind::Table)),
        ];
        let lines = [
            ("all", "the tables"),
            ("stream", "a"),
            ("stream", "b"),
            ("lock", "c"),
            ("recovery", "b"),
        ];
        let found = groups(&entries, lines);
        let titles: Vec<_> = found.iter().map(Group::title).collect();
        assert_eq!(titles, ["Tables", "Buckets", "Together"]);
        assert_eq!(found[0].columns, [1, 3]);
        let row = |target: &str, cells: [Option<usize>; 2]| Row {
            target: target.to_owned(),
            cells: cells.to_vec(),
        };
        assert_eq!(found[0].rows, [row("a", [Some(1), None]), row("b", [Some(2), Some(4)])]);
        assert_eq!(found[2].rows[0].cells, [Some(0)]);
    }

    #[test]
    fn checks_of_one_title_share_a_column_until_both_are_about_one_resource() {
        let of_logs = Entry { id: "logs".to_owned(), ..entry("lifecycle", Some(Kind::Bucket)) };
        let entries = [entry("lifecycle", Some(Kind::Bucket)), of_logs];
        let lines = [("lifecycle", "a"), ("logs", "b"), ("logs", "a")];
        let found = groups(&entries, lines);
        assert_eq!(found[0].columns, [0, 1]);
        let cells: Vec<_> = found[0].rows.iter().map(|row| row.cells.clone()).collect();
        assert_eq!(cells, [[Some(0), Some(2)], [Some(1), None]]);
        assert_eq!(groups(&entries, lines[..2].iter().copied())[0].columns, [0]);
    }
}
