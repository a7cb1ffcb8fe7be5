//! What a source file names: paths of every kind, resolved as far as the file alone tells.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, Lit, Meta, UseTree};

/// A file of the project: where it is, from the root of the project, and what is in it.
#[derive(Clone)]
pub struct File {
    pub path: String,
    pub text: String,
}

/// A rule that does not hold somewhere.
#[derive(Clone, PartialEq)]
pub struct Breach {
    pub path: String,
    pub line: usize,
    pub rule: String,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// A path that a file names. Begins with `crate` when it is one of ours.
pub struct Named {
    pub segments: Vec<String>,
    pub line: usize,
    /// Whether only the unit tests of the file name it.
    pub test: bool,
}

/// What the rules need to know of a file.
#[derive(Default)]
pub struct Source {
    /// The module that the file is, from the root of the crate.
    pub module: Vec<String>,
    /// Every path in it.
    pub names: Vec<Named>,
    /// First and last line of each item that is compiled for tests only.
    pub tests: Vec<(usize, usize)>,
    /// Modules in other files that are compiled for tests only.
    pub test_modules: Vec<Vec<String>>,
    /// Lines of attributes that keep a test from being run.
    pub ignored: Vec<usize>,
    /// Lines of `use` and `extern crate`.
    pub imports: Vec<usize>,
    depth: usize,
}

/// Reads a file. Fails on one that is not Rust, which the compiler says better.
pub fn read(file: &File) -> Source {
    let parsed = syn::parse_file(&file.text)
        .unwrap_or_else(|error| unreachable!("{} does not parse: {error}", file.path));
    let mut source = Source { module: module(&file.path), ..Source::default() };
    source.visit_file(&parsed);
    source
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`; `src/main.rs` is `main`; `src/lib.rs` the root.
pub fn module(path: &str) -> Vec<String> {
    let path = path.strip_prefix("src/").unwrap_or(path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

impl Source {
    fn name(&mut self, segments: &[String], line: usize) {
        let mut rest = segments;
        let own = match segments.first().map(String::as_str) {
            // The binary sees the library as a crate of its own.
            Some("crate" | "muster") => {
                rest = &rest[1..];
                Some(&self.module[..0])
            }
            Some("self" | "super") => {
                if rest[0] == "self" {
                    rest = &rest[1..];
                }
                let ups = rest.iter().take_while(|segment| *segment == "super").count();
                rest = &rest[ups..];
                Some(&self.module[..self.module.len().saturating_sub(ups)])
            }
            _ => None,
        };
        let segments = match own {
            Some(base) => ["crate"]
                .into_iter()
                .chain(base.iter().map(String::as_str))
                .chain(rest.iter().map(String::as_str))
                .map(str::to_owned)
                .collect(),
            None => rest.to_vec(),
        };
        self.names.push(Named { segments, line, test: self.depth > 0 });
    }

    fn use_tree(&mut self, tree: &UseTree, prefix: &[String]) {
        let longer = |ident: &Ident| [prefix, &[ident.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.use_tree(&path.tree, &longer(&path.ident)),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.use_tree(tree, prefix));
            }
            UseTree::Glob(glob) => {
                let segments = [prefix, &["*".to_owned()]].concat();
                self.name(&segments, glob.span().start().line);
            }
            UseTree::Name(syn::UseName { ident })
            | UseTree::Rename(syn::UseRename { ident, .. }) => {
                let segments = if ident == "self" && !prefix.is_empty() {
                    prefix.to_vec()
                } else {
                    longer(ident)
                };
                self.name(&segments, ident.span().start().line);
            }
        }
    }

    /// Tokens that only a macro understands: every `a::b` in them is taken for a path.
    fn tokens(&mut self, tokens: TokenStream, prefix: &[String]) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let colons = |at: usize| {
            [at, at + 1].iter().all(
                |at| matches!(tokens.get(*at), Some(TokenTree::Punct(p)) if p.as_char() == ':'),
            )
        };
        let mut at = 0;
        while at < tokens.len() {
            let line = tokens[at].span().start().line;
            let mut segments = prefix.to_vec();
            while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
                segments.push(ident.to_string());
                at += 1;
                if !colons(at) {
                    break;
                }
                at += 2;
            }
            if segments.len() > 1 && segments.len() > prefix.len() {
                self.name(&segments, line);
            }
            match tokens.get(at) {
                Some(TokenTree::Group(group)) => {
                    let list = group.delimiter() == Delimiter::Brace && at >= 2 && colons(at - 2);
                    self.tokens(group.stream(), if list { &segments } else { &[] });
                    at += 1;
                }
                Some(TokenTree::Ident(_)) => {}
                _ => at += 1,
            }
        }
    }

    /// Paths written as text, as in `#[serde(with = "crate::text")]`.
    fn quoted(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.quoted(group.stream()),
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    if let Lit::Str(text) = Lit::new(literal)
                        && let Ok(path) = text.parse::<syn::Path>()
                        && path.segments.len() > 1
                    {
                        self.name(&segments(&path), line);
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Source {
    fn visit_item(&mut self, item: &'ast Item) {
        let test = attributes(item).iter().any(is_test);
        if test {
            self.tests.push((item.span().start().line, item.span().end().line));
        }
        self.depth += usize::from(test);
        visit::visit_item(self, item);
        self.depth -= usize::from(test);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        if item.content.is_none() && self.depth > 0 {
            self.test_modules.push(self.module.clone());
        }
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.imports.push(item.span().start().line);
        self.use_tree(&item.tree, &[]);
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.imports.push(item.span().start().line);
        self.name(&[item.ident.to_string()], item.span().start().line);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        // One segment is a name that something else brought here.
        if path.segments.len() > 1 {
            self.name(&segments(path), path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // Says who may see an item, and names nothing of theirs.
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        visit::visit_macro(self, item);
        self.tokens(item.tokens.clone(), &[]);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        visit::visit_attribute(self, attribute);
        let mut ignored = attribute.path().is_ident("ignore");
        if let Meta::List(list) = &attribute.meta {
            ignored |= attribute.path().is_ident("cfg_attr")
                && list
                    .tokens
                    .clone()
                    .into_iter()
                    .any(|token| matches!(token, TokenTree::Ident(ident) if ident == "ignore"));
            self.tokens(list.tokens.clone(), &[]);
            self.quoted(list.tokens.clone());
        }
        if ignored {
            self.ignored.push(attribute.span().start().line);
        }
    }
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// `#[cfg(test)]` and `#[cfg(all(test, ...))]`: what no build for a user contains.
fn is_test(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let tokens = list.tokens.to_string().replace(' ', "");
    list.path.is_ident("cfg") && (tokens == "test" || tokens.starts_with("all(test,"))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
