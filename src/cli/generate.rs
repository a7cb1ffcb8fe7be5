//! `muster schema | completions | man`: generated from the tables that the program itself uses.

use clap_complete::Shell;

use super::Out;
use super::args::SchemaOf;
use crate::error::{Error, Exit};
use crate::{compliance, estate, runbook};

pub(super) fn schema(what: SchemaOf, out: &Out) -> Result<Exit, Error> {
    out.json(&match what {
        SchemaOf::Runbook => runbook::book_schema(),
        SchemaOf::Estate => estate::schema(),
        SchemaOf::Compliance => compliance::schema(),
    });
    Ok(Exit::Succeeded)
}

pub(super) fn completions(
    shell: Shell,
    mut command: clap::Command,
    out: &Out,
) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "muster", &mut script);
    out.bytes(&script);
    Ok(Exit::Succeeded)
}

pub(super) fn man(command: clap::Command, out: &Out) -> Result<Exit, Error> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|e| Error::new("man", Exit::Failed, e.to_string(), ""))?;
    out.bytes(&page);
    Ok(Exit::Succeeded)
}
