//! A place folder to start from: small, right, and full of hints.

/// The files that `stead new` writes, each with its path from the folder; `name` is what the place is called.
///
/// The folder has one of everything and checks without errors or warnings.
pub fn template(name: &str) -> Vec<(&'static str, String)> {
    let quotable = name.chars().filter(|char| !char.is_control()).collect::<String>().replace(['"', '\\'], "'");
    let name = if quotable.trim().is_empty() { "A new place" } else { quotable.trim() };
    FILES.iter().map(|(path, text)| (*path, text.replace("{name}", name))).collect()
}

const FILES: [(&str, &str); 8] = [
    ("place.toml", include_str!("../template/place.toml")),
    ("areas.csv", include_str!("../template/areas.csv")),
    ("organisations.csv", include_str!("../template/organisations.csv")),
    ("sites.csv", include_str!("../template/sites.csv")),
    ("services.csv", include_str!("../template/services.csv")),
    ("groups/adults-with-diabetes.toml", include_str!("../template/groups/adults-with-diabetes.toml")),
    ("needs/blood-pressure.toml", include_str!("../template/needs/blood-pressure.toml")),
    ("codelists/diabetes.csv", include_str!("../template/codelists/diabetes.csv")),
];
