//! The books and estates: those in the program, or those of a directory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use include_dir::{Dir, include_dir};

use crate::compliance::Profile;
use crate::error::Error;
use crate::estate::Estate;
use crate::runbook::{Book, Problem, Source};

static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/runbooks");

const ESTATE: &str = "estate.toml";

/// The profile that is meant when none is named, and how the names of others begin.
const PROFILE: &str = "compliance";

/// The folder of the files whose texts books use: `${asset.FILE}`.
const ASSETS: &str = "assets";

/// All books and estates, checked.
#[derive(Debug, Default)]
pub struct Library {
    /// One shelf per estate, sorted by name.
    pub shelves: Vec<Shelf>,
}

/// An estate with its books.
#[derive(Debug)]
pub struct Shelf {
    /// The estate; none when its file has errors.
    pub estate: Option<Estate>,
    /// The text of the estate.
    pub source: Source,
    /// The books without errors, sorted by name.
    pub books: Vec<Book>,
    /// The compliance profiles without errors, sorted by name.
    pub profiles: Vec<Profile>,
    /// How many profiles there are, with those that have errors.
    pub profiles_found: usize,
    /// How many books there are, with those that have errors.
    pub found: usize,
    /// Everything that is wrong with the estate and its books.
    pub problems: Vec<Problem>,
}

impl Library {
    /// The books that ship with the program.
    pub fn embedded() -> Self {
        let shelves = SHIPPED.dirs().filter_map(|dir| {
            let folder = dir.path().to_string_lossy().into_owned();
            let files = dir.files().filter_map(|file| {
                let path = file.path();
                let name = path.file_name()?.to_string_lossy().into_owned();
                Some((
                    name,
                    format!("runbooks/{}", path.display()),
                    file.contents_utf8()?.to_owned(),
                ))
            });
            let assets = dir.get_dir(dir.path().join(ASSETS)).into_iter().flat_map(Dir::files);
            let assets = assets.filter_map(|file| {
                let name = file.path().file_name()?.to_string_lossy().into_owned();
                Some((name, file.contents_utf8()?.to_owned()))
            });
            Shelf::of(&folder, files.collect(), assets.collect())
        });
        Self::sorted(shelves.collect())
    }

    /// The books of a directory: of one estate when it holds an `estate.toml`, else of each of its
    /// folders that does.
    ///
    /// # Errors
    /// The directory cannot be read, or holds no estate.
    pub fn read(directory: &Path) -> Result<Self, Error> {
        let unreadable = |e: std::io::Error| {
            let what = format!("{} cannot be read: {e}", directory.display());
            Error::usage(
                "runbooks",
                what,
                "Give a directory with ESTATE/estate.toml to --runbooks.",
            )
        };
        let mut shelves = Vec::new();
        if directory.join(ESTATE).is_file() {
            let absolute = directory.canonicalize().map_err(unreadable)?;
            shelves.extend(shelf(&absolute, directory).map_err(unreadable)?);
        } else {
            for entry in fs::read_dir(directory).map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                if path.join(ESTATE).is_file() {
                    shelves.extend(shelf(&path, &path).map_err(unreadable)?);
                }
            }
        }
        if shelves.is_empty() {
            let what = format!("there is no estate in {}", directory.display());
            let advice = "An estate is a folder with an estate.toml and the books beside it.";
            return Err(Error::usage("runbooks", what, advice));
        }
        Ok(Self::sorted(shelves))
    }

    fn sorted(mut shelves: Vec<Shelf>) -> Self {
        shelves.sort_by(|a, b| a.source.name.cmp(&b.source.name));
        Self { shelves }
    }

    /// Everything that is wrong, in order of files.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.shelves.iter().flat_map(|shelf| &shelf.problems)
    }

    /// The estate of this name; the only one when no name is given.
    ///
    /// # Errors
    /// There is none of that name, its file has errors, or several and none was named.
    pub fn estate(&self, name: Option<&str>) -> Result<&Estate, Error> {
        let shelf = self.shelf(name)?;
        shelf.estate.as_ref().ok_or_else(|| {
            let what = format!("{} has errors", shelf.source.path);
            Error::usage("estate", what, "`muster check` shows them.")
        })
    }

    /// The shelf of the estate of this name; the only one when no name is given.
    ///
    /// # Errors
    /// There is none of that name, or several and none was named.
    pub fn shelf(&self, name: Option<&str>) -> Result<&Shelf, Error> {
        let names: Vec<_> = self.shelves.iter().map(|s| s.source.name.as_str()).collect();
        let names = names.join(", ");
        match (name, self.shelves.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => {
                let what = "there are several estates";
                Err(Error::usage("estate", what, format!("Give --estate: {names}.")))
            }
            (Some(name), shelves) => {
                shelves.iter().find(|shelf| shelf.source.name == name).ok_or_else(|| {
                    let what = format!("there is no estate `{name}`");
                    Error::usage("estate", what, format!("There are: {names}."))
                })
            }
        }
    }

    /// A book of an estate.
    ///
    /// # Errors
    /// There is none of that name, or its file has errors.
    pub fn book(&self, estate: &str, name: &str) -> Result<&Book, Error> {
        let shelf = self.shelf(Some(estate))?;
        if let Some(book) = shelf.books.iter().find(|book| book.pinned.name == name) {
            return Ok(book);
        }
        let broken = shelf.problems.iter().any(|p| p.path().ends_with(&format!("/{name}.toml")));
        if broken {
            let what = format!("the book `{name}` has errors");
            return Err(Error::usage("book", what, "`muster check` shows them."));
        }
        let nearest = shelf
            .books
            .iter()
            .map(|book| book.pinned.name.as_str())
            .max_by(|a, b| strsim::jaro(a, name).total_cmp(&strsim::jaro(b, name)));
        let advice = match nearest {
            Some(nearest) => format!("Did you mean `{nearest}`? `muster list` shows all."),
            None => "`muster list` shows all.".to_owned(),
        };
        Err(Error::usage("no-such-book", format!("{estate} has no book `{name}`"), advice))
    }
}

/// What is no book in the folder of an estate: `compliance.toml`, `compliance-weekly.toml`.
fn is_profile(name: &str) -> bool {
    name == PROFILE || name.strip_prefix(PROFILE).is_some_and(|rest| rest.starts_with('-'))
}

impl Library {
    /// A compliance profile of an estate; the one that is called `compliance` when none is named.
    ///
    /// # Errors
    /// There is none of that name, or its file has errors.
    pub fn profile(&self, estate: &str, name: Option<&str>) -> Result<&Profile, Error> {
        let shelf = self.shelf(Some(estate))?;
        let name = name.unwrap_or(PROFILE);
        if let Some(profile) = shelf.profiles.iter().find(|profile| profile.name == name) {
            return Ok(profile);
        }
        let broken = shelf.problems.iter().any(|p| p.path().ends_with(&format!("/{name}.toml")));
        if broken {
            let what = format!("the profile `{name}` has errors");
            return Err(Error::usage("profile", what, "`muster check` shows them."));
        }
        let names: Vec<_> = shelf.profiles.iter().map(|profile| profile.name.as_str()).collect();
        let advice = if names.is_empty() {
            "A profile is a file `compliance.toml` beside the books.".to_owned()
        } else {
            format!("There are: {}.", names.join(", "))
        };
        let what = format!("{estate} has no compliance profile `{name}`");
        Err(Error::usage("no-such-profile", what, advice))
    }
}

impl Shelf {
    /// A shelf from the files of its folder: name, path as shown, text.
    fn of(
        folder: &str,
        mut files: Vec<(String, String, String)>,
        assets: BTreeMap<String, String>,
    ) -> Option<Self> {
        files.sort();
        let position = files.iter().position(|(name, ..)| name == ESTATE)?;
        let (_, path, text) = files.remove(position);
        let source = Source { path, name: folder.to_owned(), text };
        let (mut estate, mut problems) = Estate::load(&source);
        if let Some(estate) = &mut estate {
            estate.assets = assets;
        }
        let mut shelf = Self {
            estate,
            source,
            books: Vec::new(),
            profiles: Vec::new(),
            profiles_found: 0,
            found: 0,
            problems: Vec::new(),
        };
        if let Some(estate) = &shelf.estate {
            let sources = files.into_iter().filter_map(|(name, path, text)| {
                let name = name.strip_suffix(".toml")?.to_owned();
                Some(Source { path, name, text })
            });
            let (profiles, books): (Vec<_>, Vec<_>) =
                sources.partition(|source| is_profile(&source.name));
            let (mut broken, mut all) = (Vec::new(), BTreeMap::new());
            for source in books {
                let (book, found) = Book::load(&source, estate);
                let needs = book.as_ref().map(|book| book.pinned.needs.clone());
                all.insert(source.name.clone(), needs.unwrap_or_default());
                broken.extend(book.is_none().then(|| source.name.clone()));
                shelf.books.extend(book);
                shelf.found += 1;
                problems.extend(found);
            }
            // A book that can never be started is as one that has errors.
            shelf.books.retain(|book| {
                let found = book.lint_needs(&all);
                let is_good = found.iter().all(|problem| !problem.is_error());
                broken.extend((!is_good).then(|| book.pinned.name.clone()));
                problems.extend(found);
                is_good
            });
            // After the books: their remedies name steps of them.
            for source in profiles {
                let (profile, found) = Profile::load(&source, estate, &shelf.books, &broken);
                shelf.profiles.extend(profile);
                shelf.profiles_found += 1;
                problems.extend(found);
            }
        }
        shelf.problems = problems;
        Some(shelf)
    }
}

fn shelf(folder: &Path, shown: &Path) -> std::io::Result<Option<Shelf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            continue;
        };
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            files.push((name.clone(), shown.join(name).display().to_string(), text));
        }
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    Ok(Shelf::of(&name, files, assets(&folder.join(ASSETS))?))
}

/// The texts of the files in a folder, which need not be there. What is no text is no asset.
fn assets(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut assets = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(assets);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name.filter(|_| path.is_file())
            && let Ok(text) = String::from_utf8(fs::read(&path)?)
        {
            assets.insert(name, text);
        }
    }
    Ok(assets)
}
