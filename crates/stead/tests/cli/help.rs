//! What the program says of itself, and how what it prints looks.

use crate::testing::{Desk, ON, Told, words};

/// Columns that text is written for.
const WIDTH: usize = 80;

/// The commands that the program says it has.
pub fn commands(desk: &Desk) -> Vec<String> {
    let help = desk.stead("--help").done().out;
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // Further lines of an explanation are indented deeper.
    let named = list.filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names = named.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    names.map(ToOwned::to_owned).collect()
}

/// What the help of a command gives as an example, without the program's name.
fn example(desk: &Desk, command: &str) -> String {
    let help = desk.stead(&format!("{command} --help")).done();
    narrow(command, &help);
    let example = help.out.split_once("Example: stead ").unwrap_or_else(|| panic!("`{command} --help` has no example"));
    example.1.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_command_explains_itself_with_an_example_that_works() {
    let desk = Desk::with_lake();
    std::fs::remove_dir_all(desk.path("town")).expect("room for another town");
    desk.stead("new --harbour places/harbour").done();
    // Whoever signs has a key that is known.
    desk.stead("key new clear-water").done();
    desk.stead("key add clear-water clear-water.key.pub").done();
    crate::settle::with_settlement(&desk);
    let commands = commands(&desk);
    assert!(commands.len() >= 13, "{commands:?}");
    // `query` asks for what only a run answers.
    let mut examples: Vec<String> = commands.iter().map(|command| example(&desk, command)).collect();
    examples.sort_by_key(|example| !example.starts_with("run "));
    for example in examples {
        let told = match example.split(' ').next() {
            // Its files are somebody else's: that they are missed shows that the rest was understood.
            Some("import") => {
                let told = desk.stead(&example);
                assert!(told.code == 1 && told.err.contains("`exports/gp` cannot be read"), "{example}: {told:?}");
                continue;
            }
            // One shows that it works in `demo.rs`; the other needs Ballista, and then does not end by itself.
            Some("demo" | "cluster") => desk.stead(&format!("{example} --help")),
            _ => desk.stead(&example),
        };
        assert_eq!(told.code, 0, "{example}: {told:?}");
    }
}

#[test]
fn what_is_printed_fits_into_80_columns_and_has_no_colours_off_a_terminal() {
    let desk = Desk::with_harbour();
    desk.file("broken/place.toml", &desk.text("harbour/place.toml").replace("serves", "servse"));
    let lines = [
        "--help".to_owned(),
        "check harbour".to_owned(),
        "check broken".to_owned(),
        "agreements harbour".to_owned(),
        "agreements harbour --matrix".to_owned(),
        "fmt --check harbour".to_owned(),
        "synth --citizens 300 --slim --out town".to_owned(),
        "import town --lake lake --buckets 2".to_owned(),
        "import town --lake lake".to_owned(),
        format!("run harbour --lake lake --on {ON}"),
        "summary --lake lake".to_owned(),
        "summary --lake lake --place harbour".to_owned(),
        "summary --lake lake --by area".to_owned(),
        "summary --lake lake --by deprivation-fifth".to_owned(),
        "summary --lake lake --place open-door --by age-band".to_owned(),
        "changes --lake lake --from 2026-05-01 --to 2026-11-01".to_owned(),
        "explain essay-citizen --lake lake".to_owned(),
        "tables".to_owned(),
        "tables contact needs".to_owned(),
    ];
    for line in lines {
        for environment in [[("NO_COLOR", "")], [("NO_COLOR", "1")]] {
            // A town is made once.
            if line.starts_with("synth") && desk.path("town").exists() {
                continue;
            }
            let told = desk.program(&words(&line), &environment);
            assert!(told.code == 0 || line.contains("broken"), "{line}: {told:?}");
            narrow(&line, &told);
        }
    }
}

/// No line is too wide, and none has an escape code.
pub fn narrow(what: &str, told: &Told) {
    for line in told.out.lines().chain(told.err.lines()) {
        assert!(line.chars().count() <= WIDTH, "`{what}` prints {} columns: {line}", line.chars().count());
        assert!(!line.contains('\u{1b}'), "`{what}` prints an escape code: {line:?}");
    }
}
