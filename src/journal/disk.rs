//! The files of the journal: private, locked, synced.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::JournalError;
use super::head::{self, Places};

/// What a journal is written to: every operation that can fail under it.
pub trait Disk: Send {
    /// Appends the bytes.
    ///
    /// # Errors
    /// The disk refuses; how much was written is not known then.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Returns once everything that was appended would survive a loss of power.
    ///
    /// # Errors
    /// The disk refuses; what was appended may be lost then.
    fn sync(&mut self) -> io::Result<()>;

    /// Keeps the head beside the journal: whoever reads meanwhile, or after a crash, finds it or the
    /// one before. It need not survive a loss of power: an older one does.
    ///
    /// # Errors
    /// The disk refuses; the head before is still there then.
    fn keep_head(&mut self, head: &[u8]) -> io::Result<()>;
}

/// What makes things outlast a loss of power. Tests put one in its place that counts and fails.
#[derive(Clone, Copy)]
pub(super) struct Sync {
    /// What was written to a file, and its length.
    pub data: fn(&File) -> io::Result<()>,
    /// All of a file, or the names in a directory.
    pub all: fn(&File) -> io::Result<()>,
}

/// Asks the kernel.
pub(super) const KERNEL: Sync = Sync { data: File::sync_data, all: File::sync_all };

/// The journal and its head in a directory.
pub(super) struct Files {
    directory: PathBuf,
    journal: File,
    /// The head, once one was written.
    head: Option<Places>,
    sync: Sync,
}

impl Files {
    /// Opens them, making the journal when there is none.
    pub(super) fn open(directory: &Path, sync: Sync) -> io::Result<Self> {
        let options = &mut OpenOptions::new();
        let journal =
            open_private(options.append(true).create(true), &directory.join(super::JOURNAL))?;
        // The name of a new file is durable only with its directory.
        sync_names(directory, sync)?;
        Ok(Self { directory: directory.to_owned(), journal, head: None, sync })
    }
}

impl Disk for Files {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.journal.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        (self.sync.data)(&self.journal)
    }

    fn keep_head(&mut self, head: &[u8]) -> io::Result<()> {
        if let Some(places) = &mut self.head {
            return places.write(head, self.sync);
        }
        // The first one makes the file anew, whatever a former version or a crash left there. What
        // is written to it later would be lost with its name.
        let file = replace(&self.directory, super::HEAD, &head::fresh(head)?, self.sync)?;
        sync_names(&self.directory, self.sync)?;
        self.head = Some(Places::of(file));
        Ok(())
    }
}

/// Makes the names in a directory durable.
fn sync_names(directory: &Path, sync: Sync) -> io::Result<()> {
    (sync.all)(&File::open(directory)?)
}

/// Makes a directory that only its owner may enter. One that exists stays as it is.
pub fn make_private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file that only its owner may read.
pub(super) fn open_private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// Takes the lock that only one process can hold, and writes down who holds it.
///
/// Whoever tries stands in a door meanwhile, and writes or reads the name there: else the name that
/// is read could be none yet, or that of a process that has died.
pub(super) fn lock(directory: &Path, actor: &str, now: Timestamp) -> Result<File, JournalError> {
    let open = |name| {
        let options = &mut OpenOptions::new();
        let path = directory.join(name);
        open_private(options.read(true).write(true).create(true).truncate(false), &path)
    };
    let door = open(super::DOOR)?;
    door.lock()?;
    let mut file = open(super::LOCK)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder)?;
            return Err(JournalError::Locked { holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    file.set_len(0)?;
    writeln!(file, "{actor}, process {}, since {now:.0}", std::process::id())?;
    Ok(file)
}

/// A file, when there is one.
pub(super) fn open_if_there(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces a file as a whole: whoever reads it sees the old content or the new one, after a loss
/// of power too. A name that is durable before its content would be a damaged head.
pub(super) fn replace(directory: &Path, name: &str, bytes: &[u8], sync: Sync) -> io::Result<File> {
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    (sync.all)(file.as_file())?;
    file.persist(directory.join(name)).map_err(|e| e.error)
}

/// Writes a file that only its owner may read, and that was not there: one of that name, or a link
/// that somebody else laid there, is left alone. What could be written only in part is taken away.
///
/// # Errors
/// There is such a file, or the disk refuses.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = open_private(OpenOptions::new().write(true).create_new(true), path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // The first error is the one that tells something.
        let _ = fs::remove_file(path);
    }
    written
}
