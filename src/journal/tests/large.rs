//! A journal that is larger than a block: whatever its size, what is found is what is found in one
//! piece, and little of it is held at a time.

use std::io::{self, Read};

use super::*;
use crate::journal::blocks::{Blocks, End};
use crate::journal::chain::Chain;
use crate::journal::quick::Quick;

/// Every length of a block up to that of the whole journal, alone and two at a time.
fn paces(bytes: &[u8]) -> impl Iterator<Item = Pace> {
    let most = bytes.len() + 2;
    (1..most)
        .step_by(7)
        .chain([most])
        .flat_map(|block| [false, true].map(|two| Pace { block, longest: 4 << 10, two }))
}

fn walked(bytes: &[u8], head: Option<&Head>, pace: Pace) -> Result<(Sound, Vec<Line>), String> {
    let mut lines = Vec::new();
    let read = walk::walk(bytes, head, pace, Some(&mut lines)).map_err(|error| error.to_string());
    let alone = walk::walk(bytes, head, pace, None).map_err(|error| error.to_string());
    assert_eq!(read, alone, "{pace:?}: with lines and without");
    Ok((read?, lines))
}

/// What is found line by line, the long way.
fn slowly(bytes: &[u8]) -> Result<Vec<Line>, String> {
    let (mut chain, mut lines) = (Chain::begin(None), Vec::new());
    for raw in bytes.split_inclusive(|byte| *byte == b'\n') {
        // Nothing was learned: nothing is quick.
        let walked = chain.walk(raw, &mut Quick::default(), Some(&mut lines));
        walked.map_err(|error| error.to_string())?;
    }
    Ok(lines)
}

/// Lines of two runs by turns, of the journal and with hidden characters in them.
fn mixed() -> (Vec<u8>, Head) {
    let home = TempDir::new().unwrap();
    let (mut journal, _) = Journal::open(home.path(), ACTOR, at(0)).unwrap();
    for n in 1..=8 {
        let (run, actor) = if n % 3 == 0 { ("run-2", "josé@\"desk\"") } else { ("run-1", ACTOR) };
        let text = ["plain", "\u{e9}\u{202e}\n\t\"\\/\u{7f}", ""][n as usize % 3];
        journal.append(run, actor, at(n), &note(text)).unwrap();
    }
    let head = journal.head().clone();
    (bytes_of(&home), head)
}

#[test]
fn blocks_of_any_length_show_the_same() {
    let (bytes, head) = mixed();
    let expected = slowly(&bytes).unwrap();
    assert_eq!(expected.len(), 9);
    for pace in paces(&bytes) {
        let (sound, lines) = walked(&bytes, Some(&head), pace).unwrap();
        assert_eq!((&lines, &sound.head, sound.torn), (&expected, &head, 0), "{pace:?}");
        let (sound, lines) = walked(&bytes[..bytes.len() - 1], None, pace).unwrap();
        assert_eq!((lines.len(), sound.head.seq), (8, 8), "{pace:?}");
        assert!(sound.torn > 100, "{pace:?}");
    }
}

/// A change anywhere, and each line left out, doubled or moved: the same record is named, with the
/// same words, wherever the seams are.
#[test]
fn what_is_wrong_is_named_wherever_the_seams_are() {
    let (bytes, _) = mixed();
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    // Of the last line only a head could tell.
    let sure = bytes.len() - lines[lines.len() - 1].len();
    let mut edits: Vec<Vec<u8>> = (0..sure)
        .step_by(11)
        .map(|place| {
            let mut bad = bytes.clone();
            bad[place] ^= 1;
            bad
        })
        .collect();
    for n in 0..lines.len() - 1 {
        edits.push([&lines[..n], &lines[n + 1..]].concat().concat());
        edits.push([&lines[..=n], &lines[n..]].concat().concat());
        edits.push([&lines[..n], &[lines[n + 1], lines[n]], &lines[n + 2..]].concat().concat());
    }
    let mut cases = 0;
    for bad in edits {
        let Err(expected) = slowly(&bad) else { panic!("it was not found the long way") };
        for pace in paces(&bytes).skip(cases % 13).step_by(13) {
            assert_eq!(walked(&bad, None, pace).unwrap_err(), expected, "{pace:?}");
        }
        cases += 1;
    }
    println!("{cases} edits");
}

/// Another journal hangs together as well: only the seam tells.
#[test]
fn two_journals_at_a_seam_are_found() {
    let home = journal_of(&["one", "two", "three", "four"]);
    let other = journal_of(&["one", "two", "other", "four"]);
    let (bytes, other) = (bytes_of(&home), bytes_of(&other));
    let ends = |bytes: &[u8]| {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        lines
            .scan(0, |end, line| {
                *end += line.len();
                Some(*end)
            })
            .collect::<Vec<_>>()
    };
    for (mine, theirs) in ends(&bytes).into_iter().zip(ends(&other)).take(4) {
        let spliced = [&bytes[..mine], &other[theirs..]].concat();
        let expected = slowly(&spliced).unwrap_err();
        for pace in paces(&bytes).chain([Pace { block: mine, longest: 4 << 10, two: true }]) {
            assert_eq!(walked(&spliced, None, pace).unwrap_err(), expected, "{pace:?}");
        }
    }
}

/// A line that claims the highest number there is leads nowhere, and not over the edge.
#[test]
fn a_number_without_a_next_is_no_trouble() {
    let home = journal_of(&["one", "two"]);
    let bytes = bytes_of(&home);
    let first = bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let line: Line = serde_json::from_slice(bytes.split(|b| *b == b'\n').nth(1).unwrap()).unwrap();
    let last = Line { seq: u64::MAX, ..line }.to_bytes().unwrap();
    let bad = [first, &last, &last].concat();
    for pace in paces(&bad) {
        let error = walked(&bad, None, pace).unwrap_err();
        assert!(error.contains("it is numbered 18446744073709551615"), "{error}");
    }
}

/// What is proven the quick way is what the long way reads: with every bit of it changed, too.
#[test]
fn nothing_passes_the_quick_way_that_does_not_pass_the_long_one() {
    let home = journal_of(&["one", "two"]);
    let bytes = bytes_of(&home);
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let second: Line = serde_json::from_slice(lines[1]).unwrap();
    let prev = line::hash(lines[1]);
    let mut quick = Quick::default();
    assert!(!quick.proves(lines[2], 3, &prev), "nothing was learned");
    quick.learn(&second);
    assert!(quick.proves(lines[2], 3, &prev));
    assert_eq!(quick.read(lines[2], 3, &prev), serde_json::from_slice(lines[2]).ok());
    let (mut passed, long) = (0, Line::to_bytes);
    for place in 0..lines[2].len() {
        for bit in 0..8 {
            let mut bad = lines[2].to_vec();
            bad[place] ^= 1 << bit;
            if quick.proves(&bad, 3, &prev) {
                // Another record, but a record: only its hash tells.
                let line: Line = serde_json::from_slice(&bad).unwrap();
                assert_eq!(
                    (line.seq, line.prev.as_bytes(), long(&line).unwrap()),
                    (3, &prev[..], bad)
                );
                passed += 1;
            }
        }
    }
    assert!(passed > 0);
}

/// Seconds of a minute that is known are looked at one by one.
#[test]
fn a_time_passes_the_quick_way_as_it_is_written_and_not_otherwise() {
    let home = journal_of(&["one", "two"]);
    let text = String::from_utf8(bytes_of(&home)).unwrap();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let (second, third): (Line, Line) =
        (serde_json::from_str(lines[1]).unwrap(), serde_json::from_str(lines[2]).unwrap());
    let prev = line::hash(lines[1].as_bytes());
    let minute = &third.time.to_string()[..17];
    let (mut good, mut bad) = (0, 0);
    let seconds = (0..100).map(|n| format!("{n:02}"));
    let parts = ["", ".", ".1", ".10", ".01", ".000000001", ".123456789", ".1234567891", ".x1"];
    for second_text in seconds.chain(["1".to_owned(), "001".to_owned(), "-1".to_owned()]) {
        for end in parts.iter().flat_map(|part| [format!("{part}Z"), format!("{part}z")]) {
            let time = format!("{minute}{second_text}{end}");
            let raw = lines[2].replacen(&third.time.to_string(), &time, 1);
            let long = serde_json::from_str::<Line>(&raw);
            let expected = long.is_ok_and(|line| line.to_bytes().unwrap() == raw.as_bytes());
            // With the minute known, and without.
            let mut quick = Quick::default();
            quick.learn(&second);
            assert_eq!(quick.proves(raw.as_bytes(), 3, &prev), expected, "{time}");
            assert!(quick.proves(lines[2].as_bytes(), 3, &prev));
            assert_eq!(quick.proves(raw.as_bytes(), 3, &prev), expected, "{time}");
            if expected { good += 1 } else { bad += 1 }
        }
    }
    assert_eq!((good, bad > good), (60 * 5, true));
}

/// Each is as good JSON as the line that is written, and is not the line that is written.
#[test]
fn no_second_spelling_passes_the_quick_way() {
    let home = journal_of(&["one", "two"]);
    let text = String::from_utf8(bytes_of(&home)).unwrap();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let mut quick = Quick::default();
    let second: Line = serde_json::from_str(lines[1]).unwrap();
    quick.learn(&second);
    let prev = line::hash(lines[1].as_bytes());
    let good = lines[2];
    let mut cases = 0;
    for (from, to) in [
        ("\"seq\":3", "\"seq\":03"),
        ("\"seq\":3", "\"seq\": 3"),
        ("Z\"", ".0Z\""),
        ("Z\"", "+00:00\""),
        ("Z\"", "z\""),
        ("\"text\":\"two\"", "\"text\":\"tw\\u006f\""),
        ("\"text\":\"two\"", "\"text\":\"two\" "),
        ("\"text\":\"two\"", "\"text\":\"one\",\"text\":\"two\""),
        ("\"text\":\"two\"", "\"text\":\"two\",\"more\":1"),
        ("\"type\":\"noted\",\"text\":\"two\"", "\"text\":\"two\",\"type\":\"noted\""),
        ("\"type\":\"noted\",\"text\":\"two\"", "\"type\":\"journal_created\",\"log\":\"x\""),
        ("\"type\":\"noted\",\"text\":\"two\"", "\"type\":\"unheard_of\",\"text\":\"two\""),
        ("\"type\":\"noted\",\"text\":\"two\"", "\"type\":\"noted\""),
        ("\"event\":{", "\"event\":{},\"event\":{"),
        ("\n", " \n"),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from}");
        assert!(!quick.proves(bad.as_bytes(), 3, &prev), "{bad}");
        assert_eq!(quick.read(bad.as_bytes(), 3, &prev), None, "{bad}");
        cases += 1;
    }
    assert_eq!(cases, 15);
    assert!(quick.proves(good.as_bytes(), 3, &prev));
}

/// Gives a line without an end, and counts how much of it was taken.
struct Endless<'a> {
    begun: &'a [u8],
    taken: u64,
}

impl Read for &mut Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let begun = self.begun.read(buffer)?;
        if begun == 0 {
            buffer.fill(b'x');
        }
        let count = if begun == 0 { buffer.len() } else { begun };
        self.taken += count as u64;
        Ok(count)
    }
}

#[test]
fn a_line_that_is_longer_than_any_is_an_error_and_not_memory() {
    let home = journal_of(&["one"]);
    let bytes = bytes_of(&home);
    for two in [false, true] {
        let pace = Pace { block: 1 << 10, longest: 1 << 20, two };
        let mut endless = Endless { begun: &bytes, taken: 0 };
        let error = walk::walk(&mut endless, None, pace, None).unwrap_err();
        assert!(error.is_tampering());
        let said = "record 3: it is longer than 1 MiB, which no record is";
        assert!(error.to_string().contains(said), "{error}");
        assert!(endless.taken < 2 << 20, "{}", endless.taken);
    }
}

#[test]
fn a_line_that_is_longer_than_a_block_is_a_line() {
    let long = "x".repeat(10_000);
    let home = journal_of(&["one", &long, "two"]);
    let bytes = bytes_of(&home);
    for two in [false, true] {
        let pace = Pace { block: 100, longest: 1 << 20, two };
        let (sound, lines) = walked(&bytes, None, pace).unwrap();
        assert_eq!(sound.head.seq, 4);
        assert_eq!(lines[2].record().unwrap().event, note(&long));
    }
}

/// What would not be read again is not written, and leaves the journal as it was.
#[test]
fn a_record_that_is_longer_than_any_is_not_written() {
    let home = journal_of(&["one"]);
    let (mut journal, _) = Journal::open(home.path(), ACTOR, at(5)).unwrap();
    let long = note(&"x".repeat(blocks::LONGEST));
    let error = journal.append("run-1", ACTOR, at(5), &long).unwrap_err();
    assert!(matches!(error, JournalError::Unwritable { .. }), "{error}");
    assert_eq!(journal.append("run-1", ACTOR, at(6), &note("two")).unwrap().seq, 3);
    assert_eq!(verify(home.path()).unwrap().head, *journal.head());
}

#[test]
fn what_is_held_of_a_journal_is_a_block() {
    let text = b"0123456789\n".repeat(1_000);
    let mut blocks = Blocks::of(&text[..], 100, 1_000);
    let (mut block, mut all) = (Vec::new(), Vec::new());
    while let Some(lines) = blocks.next(&mut block).unwrap() {
        assert!(lines.ends_with(b"\n"));
        all.extend_from_slice(lines);
        assert!(block.capacity() < 1_000, "{}", block.capacity());
    }
    assert_eq!((all, blocks.end()), (text, Some(End::Read { torn: 0 })));
}
