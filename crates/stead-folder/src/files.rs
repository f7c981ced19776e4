//! The files of a place folder, by their paths.

use crate::near::nearest;

/// What a file is, by its path.
pub(crate) enum FileKind<'a> {
    /// `place.toml` or `places/ID.toml`.
    Place(&'a str),
    /// `groups/ID.toml`.
    Group(&'a str),
    /// `needs/ID.toml`.
    Need(&'a str),
    /// `codelists/ID.csv`.
    Codelist(&'a str),
    Areas,
    /// `areas.geojson`.
    Shapes,
    SmallAreas,
    Organisations,
    Sites,
    Services,
    Mappings,
    /// `agreements/ID.toml`.
    Agreement(&'a str),
    /// `tariffs/ID.csv`.
    Tariff(&'a str),
    /// `categories.csv`.
    Categories,
    /// Words about the folder, for people.
    Silent,
    /// Part of the layout, but nothing reads it yet.
    Later,
    /// Nothing that belongs here; with what to do about it.
    Stray(String),
}

const FILES: [&str; 9] = [
    "place.toml",
    "areas.csv",
    "areas.geojson",
    "small-areas.csv",
    "organisations.csv",
    "sites.csv",
    "services.csv",
    "mappings.csv",
    "categories.csv",
];

/// Folders in a place folder, each with the ending of the files in it.
const FOLDERS: [(&str, &str); 7] = [
    ("places", "toml"),
    ("groups", "toml"),
    ("needs", "toml"),
    ("codelists", "csv"),
    ("agreements", "toml"),
    ("measures", "toml"),
    ("tariffs", "csv"),
];

/// What the file at a path is.
pub(crate) fn kind_of(path: &str) -> FileKind<'_> {
    match path {
        "place.toml" => return FileKind::Place(""),
        "areas.csv" => return FileKind::Areas,
        "areas.geojson" => return FileKind::Shapes,
        "small-areas.csv" => return FileKind::SmallAreas,
        "organisations.csv" => return FileKind::Organisations,
        "sites.csv" => return FileKind::Sites,
        "services.csv" => return FileKind::Services,
        "mappings.csv" => return FileKind::Mappings,
        "categories.csv" => return FileKind::Categories,
        _ => {}
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if name.ends_with(".md") || name.starts_with('.') || matches!(name, "README" | "LICENSE" | "LICENCE" | "NOTICE") {
        return FileKind::Silent;
    }
    match (path.split_once('/'), path.rsplit_once('.')) {
        (Some((folder, rest)), Some((_, ending))) if !rest.contains('/') && FOLDERS.contains(&(folder, ending)) => {
            let id = rest.strip_suffix(ending).and_then(|id| id.strip_suffix('.')).unwrap_or(rest);
            match folder {
                "places" => FileKind::Place(id),
                "groups" => FileKind::Group(id),
                "needs" => FileKind::Need(id),
                "codelists" => FileKind::Codelist(id),
                "agreements" => FileKind::Agreement(id),
                "tariffs" => FileKind::Tariff(id),
                _ => FileKind::Later,
            }
        }
        _ => FileKind::Stray(advice(path)),
    }
}

fn advice(path: &str) -> String {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if matches!(ending, "xlsx" | "xls" | "ods" | "numbers") {
        return "save the sheet as \"CSV UTF-8\"".to_owned();
    }
    let Some((folder, rest)) = path.split_once('/') else {
        return match nearest(path, FILES) {
            Some(file) => format!("did you mean `{file}`?"),
            None => "take it out of the folder; notes for people can be in `README.md`".to_owned(),
        };
    };
    let known = FOLDERS.iter().find(|(name, _)| *name == folder);
    match (known, nearest(folder, FOLDERS.iter().map(|(name, _)| *name))) {
        (Some((name, wanted)), _) if rest.contains('/') => {
            format!("files lie directly in `{name}/`, as `{name}/ID.{wanted}`")
        }
        (Some((name, wanted)), _) => format!("files in `{name}/` end in `.{wanted}`"),
        (None, Some(near)) => format!("did you mean `{near}/{rest}`?"),
        (None, None) => "take it out of the folder; notes for people can be in `README.md`".to_owned(),
    }
}
