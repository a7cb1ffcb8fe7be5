//! What the program was started with: its options and what surrounds it.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use super::library::Library;
use super::standing::Here;
use crate::engine::Mode;
use crate::error::{Error, Exit};
use crate::estate::{Environment, Estate};

/// The options that every command has.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Name of the estate; the only one when absent.
    pub estate: Option<String>,
    /// Name of the environment; the only one when absent.
    pub environment: Option<String>,
    /// Whether calls go to the simulated account.
    pub practice: bool,
    /// Profile of the AWS configuration files.
    pub profile: Option<String>,
    /// The Region, where it must be the environment's.
    pub region: Option<String>,
    /// Where all AWS services are, instead of at AWS.
    pub endpoint_url: Option<String>,
    /// Where runs, journal and the simulated account are kept.
    pub state_dir: Option<PathBuf>,
    /// Books and estates from this directory instead of those in the program.
    pub runbooks: Option<PathBuf>,
    /// Never change anything.
    pub read_only: bool,
    /// Plain lines instead of the full screen.
    pub linear: bool,
}

impl Options {
    /// The arguments that say the same, for a process that is started with them.
    pub(super) fn arguments(&self) -> Vec<OsString> {
        let Self { estate, environment, practice, profile, region, .. } = self;
        let texts = [
            ("--estate", estate),
            ("--env", environment),
            ("--profile", profile),
            ("--region", region),
            ("--endpoint-url", &self.endpoint_url),
        ];
        let paths = [("--state-dir", &self.state_dir), ("--runbooks", &self.runbooks)];
        let flags = [("--practice", *practice), ("--read-only", self.read_only)];
        let texts =
            texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?.into())));
        let paths =
            paths.into_iter().filter_map(|(name, path)| Some((name, path.as_ref()?.into())));
        let flags = flags.into_iter().filter(|(_, given)| *given);
        let pairs =
            texts.chain(paths).flat_map(|(name, value): (_, OsString)| [name.into(), value]);
        pairs.chain(flags.map(|(name, _)| name.into())).collect()
    }
}

/// What is known of the machine and the terminal, read once.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Who runs the program: `user@host`.
    pub actor: String,
    /// Value of `TERM`.
    pub term: String,
    /// Value of `COLORTERM`.
    pub color_term: String,
    /// Whether `NO_COLOR` is set.
    pub no_color: bool,
    /// Whether `ACCESSIBLE` is set: plain lines are wanted.
    pub accessible: bool,
    /// Whether a person can type.
    pub stdin_is_terminal: bool,
    /// Whether a person sees what is printed.
    pub stdout_is_terminal: bool,
}

/// Everything that a command needs to begin.
#[derive(Debug)]
pub struct Context {
    /// The options.
    pub options: Options,
    /// The surroundings.
    pub surroundings: Surroundings,
    /// The books and estates.
    pub library: Library,
    /// Where runs, journal and the simulated account are kept.
    pub state_dir: PathBuf,
}

impl Surroundings {
    /// Reads them.
    #[expect(clippy::disallowed_methods, reason = "this is where the environment is read")]
    pub fn read() -> Self {
        let text = |name: &str| std::env::var(name).unwrap_or_default();
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let user = whoami::username().unwrap_or_else(|_| "unknown".to_owned());
        let host = whoami::hostname().unwrap_or_else(|_| "unknown".to_owned());
        Self {
            actor: format!("{user}@{host}"),
            term: text("TERM"),
            color_term: text("COLORTERM"),
            no_color: is_set("NO_COLOR"),
            accessible: is_set("ACCESSIBLE"),
            stdin_is_terminal: std::io::stdin().is_terminal(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
        }
    }
}

impl Context {
    /// Loads the books and finds the state directory. Nothing is written.
    ///
    /// # Errors
    /// The books cannot be read, or there is no home directory.
    pub fn new(options: Options, surroundings: Surroundings) -> Result<Self, Error> {
        let library = match &options.runbooks {
            Some(directory) => Library::read(directory)?,
            None => Library::embedded(),
        };
        let state_dir = match &options.state_dir {
            Some(directory) => directory.clone(),
            None => default_state_dir()?,
        };
        Ok(Self { options, surroundings, library, state_dir })
    }

    /// Where calls go.
    pub const fn mode(&self) -> Mode {
        if self.options.practice { Mode::Practice } else { Mode::Live }
    }

    /// Where runs count for each other.
    ///
    /// # Errors
    /// As of [`place`](Self::place).
    pub fn here(&self) -> Result<Here<'_>, Error> {
        let (estate, environment) = self.place()?;
        Ok(Here { estate: &estate.name, environment, mode: self.mode() })
    }

    /// The estate and the environment that are meant.
    ///
    /// # Errors
    /// There is none of that name, or several and none was named.
    pub fn place(&self) -> Result<(&Estate, &Environment), Error> {
        let estate = self.library.estate(self.options.estate.as_deref())?;
        let name = self.options.environment.as_deref();
        let environment = match (name, estate.environments.as_slice()) {
            (Some(name), _) => estate.environment(name),
            (None, [only]) => Some(only),
            // The only choice that can do no harm.
            (None, several) if self.options.practice => several.first(),
            (None, _) => None,
        };
        let names: Vec<_> = estate.environments.iter().map(|e| e.name.as_str()).collect();
        let environment = environment.ok_or_else(|| {
            let what = match name {
                Some(name) => format!("the estate {} has no environment `{name}`", estate.name),
                None => format!("the estate {} has several environments", estate.name),
            };
            Error::usage("environment", what, format!("Give --env: {}.", names.join(", ")))
        })?;
        if let Some(region) = &self.options.region
            && *region != environment.place.region
        {
            let what = format!(
                "--region {region} is not the Region of {} {}, which is {}",
                estate.name, environment.name, environment.place.region
            );
            let advice = "Leave --region out, or choose the environment that you mean.";
            return Err(Error::new("wrong-region", Exit::Failed, what, advice)
                .with_effect("nothing was sent"));
        }
        Ok((estate, environment))
    }
}

fn default_state_dir() -> Result<PathBuf, Error> {
    let strategy = etcetera::choose_base_strategy().map_err(|e| {
        Error::usage("no-home", format!("there is no home directory: {e}"), "Give --state-dir.")
    })?;
    Ok(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()).join("muster"))
}
