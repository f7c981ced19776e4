//! Who may see what of the essay's citizen, who looked, and what shows when somebody tampered with the log.

use std::process::Command;

use crate::testing::{Desk, ON, Told};

impl Desk {
    /// Every party of the data sharing agreement has signed it.
    fn with_data_shared() -> Self {
        let desk = Self::with_run();
        desk.share_data("registry.sqlite");
        desk
    }

    fn decide(&self, asked: &str) -> Told {
        self.stead(&format!("decide harbour --citizen essay-citizen --on {ON} --lake lake {asked}"))
    }

    /// Changes the registry as somebody with a database tool would.
    fn tamper(&self, statement: &str) {
        let script = "import sqlite3, sys\nwith sqlite3.connect('registry.sqlite') as db: assert db.execute(sys.argv[1]).rowcount == 1";
        let done = Command::new("python3").args(["-c", script, statement]).current_dir(self.path("")).status();
        assert!(done.expect("python3 can be started").success(), "{statement}");
    }
}

const OPTICIAN: &str = "--organisation high-street-optometrists --profession optometrist --purpose TREAT";
const PHARMACIST: &str = "--organisation fish-market-pharmacy --profession pharmacist";

#[test]
fn nothing_is_open_before_everybody_has_signed() {
    let told = Desk::with_run().decide(&format!("{OPTICIAN} --category retinal-result"));
    assert!(
        told.code == 5 && told.out.contains("data-sharing` and its time") || told.out.contains("not in force"),
        "{told:?}"
    );
}

#[test]
fn her_optician_sees_retinal_results_her_objection_holds_and_everything_shows_in_her_log() {
    let desk = Desk::with_data_shared();
    let eyes = desk.decide(&format!("{OPTICIAN} --category retinal-result --holder harbour-trust")).done();
    insta::assert_snapshot!("the_optician_sees_retinal_results", eyes.out);
    let closed = desk.decide(&format!("{OPTICIAN} --category sexual-health --holder clear-water"));
    assert_eq!(closed.code, 5);
    insta::assert_snapshot!("the_optician_does_not_see_sexual_health", closed.out);

    let mind = format!("{PHARMACIST} --category mental-health --purpose TREAT");
    desk.decide(&mind).done();
    let object = "choice object essay-citizen --organisation fish-market-pharmacy --category mental-health";
    desk.stead(&format!("{object} --from 2026-01-01")).done();
    let objected = desk.decide(&mind);
    assert!(objected.code == 5 && objected.out.contains("The citizen objects to your seeing this"), "{objected:?}");

    let glass = format!("{PHARMACIST} --category sexual-health --purpose ETREAT --holder clear-water");
    assert_eq!(desk.decide(&glass).code, 5, "without a reason and a name");
    let broken = desk.decide(&format!("{glass} --professional 'Sam Reed' --reason 'collapsed at the counter'")).done();
    assert!(broken.out.starts_with("Yes, as an emergency."), "{broken:?}");

    let log = desk.json("log essay-citizen");
    let kinds: Vec<&str> =
        log["looked"].as_array().expect("entries").iter().filter_map(|it| it["kind"].as_str()).collect();
    assert_eq!(kinds, ["permit", "deny", "permit", "deny", "deny", "break-glass"]);
    assert!(log["problem"].is_null());
    let shown = desk.stead("log essay-citizen").done().out;
    assert!(shown.contains("EMERGENCY: ") && shown.contains("collapsed at the"), "{shown}");
    let emergencies = desk.json("log emergencies");
    assert_eq!(emergencies["emergencies"].as_array().map(Vec::len), Some(1));
    let verified = desk.json("log verify");
    assert_eq!((verified["holds"].as_bool(), verified["entries"].as_u64()), (Some(true), Some(6)));
}

#[test]
fn an_objection_taken_back_opens_again_at_once() {
    let desk = Desk::with_data_shared();
    let mind = format!("{PHARMACIST} --category mental-health --purpose TREAT");
    let object = "choice object essay-citizen --organisation fish-market-pharmacy --from 2026-01-01";
    let id = desk.json(object)["choices"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(desk.decide(&mind).code, 5);
    desk.stead(&format!("choice withdraw essay-citizen {id} --on {ON}")).done();
    desk.decide(&mind).done();
}

#[test]
fn nobody_gets_round_an_objection_by_asking_about_a_day_before_it() {
    let desk = Desk::with_data_shared();
    let mind = format!("{PHARMACIST} --category mental-health --purpose TREAT");
    desk.decide(&mind).done();
    // From today on, which is after the day that is asked about.
    desk.stead("choice object essay-citizen --organisation fish-market-pharmacy").done();
    let objected = desk.decide(&mind);
    assert!(objected.code == 5 && objected.out.contains("The citizen objects"), "{objected:?}");
}

#[test]
fn what_was_altered_in_the_registry_is_found() {
    let alterations = [
        "UPDATE log_entry SET content = CAST(replace(CAST(content AS TEXT), 'kind deny', 'kind permit') AS BLOB) WHERE number = 1",
        "UPDATE log_detail SET content = CAST(replace(CAST(content AS TEXT), 'optometrist', 'podiatrist') AS BLOB) WHERE number = 0",
        "UPDATE log_entry SET pseudonym = zeroblob(32) WHERE number = 0",
        "UPDATE log_checkpoint SET content = CAST(replace(CAST(content AS TEXT), 'heads', 'heads ') AS BLOB) WHERE entries = 1",
        "UPDATE log_part SET content = zeroblob(64) WHERE name = 'tile/0/0'",
        "DELETE FROM log_checkpoint WHERE entries = 2",
        "DELETE FROM log_checkpoint WHERE entries = 1",
        "DELETE FROM log_part WHERE name = 'heads/root'",
    ];
    for alteration in alterations {
        let desk = Desk::with_run();
        for category in ["retinal-result", "sexual-health"] {
            assert_eq!(desk.decide(&format!("{OPTICIAN} --category {category}")).code, 5);
        }
        let checkpoint = desk.json("log verify")["checkpoint"].as_str().expect("a checkpoint").to_owned();
        desk.file("checkpoint.txt", &checkpoint);
        desk.stead("log verify --since checkpoint.txt").done();
        desk.tamper(alteration);
        let found = desk.stead("log verify --since checkpoint.txt");
        assert!(found.code == 1 && found.out.starts_with("The log does not hold:"), "{alteration}: {found:?}");
    }
}

#[test]
fn unknown_words_are_told_with_what_there_is() {
    let desk = Desk::with_run();
    for (asked, says) in [
        ("--category retinal --purpose PATRQT", "there is no category of record `retinal`; there are "),
        ("--category results --purpose CURIOSITY", "`CURIOSITY` is no purpose; there are TREAT, "),
        ("--category results --purpose TREAT --organisation nobody", "the place has no organisation `nobody`"),
    ] {
        let told = desk.decide(asked);
        assert!(told.code == 1 && told.err.contains(says), "{told:?}");
    }
    let nobody = desk.stead("log essay-citizen");
    assert!(nobody.code == 1, "nothing was logged of what could not be asked: {nobody:?}");
}

#[test]
fn policies_can_be_read() {
    let desk = Desk::with_harbour();
    let text = desk.stead("policies harbour").done().out;
    assert!(text.contains("@id(\"objection\")\nforbid ("), "{text}");
    assert!(text.contains("// agreements/data-sharing.toml, clause 4.2\n"), "{text}");
    assert!(text.contains("opens: never, by what was signed so far"), "{text}");
}

#[test]
fn an_amendment_ends_what_it_replaces_once_all_have_signed_it() {
    let desk = Desk::with_data_shared();
    let mind = format!("{PHARMACIST} --category mental-health --purpose TREAT");
    assert!(desk.decide(&mind).done().out.contains("4.5"));
    let sharing = desk.text("harbour/agreements/data-sharing.toml");
    let parties = &sharing[sharing.find("parties = [").expect("parties")..sharing.find("[[clause]]").expect("clauses")];
    let amendment = format!(
        "title = \"Notes on mental health stay with practices and teams\"\nfrom = 2026-06-01\nnotice_days = 90\n{parties}\
         amends = [{{ agreement = \"data-sharing\", clauses = [\"4.5\"] }}]\n\n[[clause]]\nid = \"1\"\nkind = \"duty\"\n\
         text = \"The federation says which medicines go with which.\"\nowner = \"gp-federation\"\ndue = 2026-09-01\n"
    );
    desk.file("harbour/agreements/later.toml", &amendment);
    desk.decide(&mind).done();
    desk.sign_all("harbour/agreements/later.toml", "2026-05-01", "registry.sqlite");
    let replaced = desk.decide(&mind);
    assert!(replaced.code == 5 && replaced.out.contains("(mental health)"), "{replaced:?}");
    let medicines = format!("{PHARMACIST} --category medication --purpose TREAT");
    assert!(desk.decide(&medicines).done().out.contains("4.4"), "the rest of the agreement stands");
}

#[test]
fn check_says_who_has_not_signed_and_agreements_how_far_each_has_come() {
    let desk = Desk::with_harbour();
    let of = |line: &str, code: &str| {
        let found = desk.json(line);
        found["problems"]
            .as_array()
            .expect("problems")
            .iter()
            .filter(|it| it["code"] == code)
            .cloned()
            .collect::<Vec<_>>()
    };
    let unknown = desk.stead("check harbour").done();
    assert!(unknown.err.contains("who has signed was not looked at"), "{unknown:?}");
    let stages = |desk: &Desk| {
        let found = desk.json("agreements harbour --on 2026-04-01");
        let all = found["agreements"].as_array().expect("agreements").clone();
        let one = all.iter().find(|it| it["agreement"] == "data-sharing").expect("one").clone();
        (one["stage"].as_str().expect("a stage").to_owned(), one["signed"].as_u64())
    };
    assert_eq!(stages(&desk), ("proposed".to_owned(), Some(0)));
    desk.share_data("registry.sqlite");
    assert_eq!(stages(&desk), ("being".to_owned(), Some(16)));
    let told = desk.stead("check harbour --on 2026-04-01").done();
    assert!(!told.err.contains("not looked at"), "{told:?}");
    let unsigned = of("check harbour --on 2026-04-01", "unsigned");
    let file =
        |problem: &serde_json::Value, name: &str| problem["file"].as_str().is_some_and(|file| file.ends_with(name));
    assert!(unsigned.iter().any(|problem| file(problem, "alliance.toml") && problem["line"].as_u64() > Some(1)));
    assert!(!unsigned.iter().any(|problem| file(problem, "data-sharing.toml")), "{unsigned:?}");
    let other = desk.text("harbour/agreements/data-sharing.toml").replace("notice_days = 90", "notice_days = 30");
    desk.file("harbour/agreements/data-sharing.toml", &other);
    assert_eq!(of("check harbour --on 2026-04-01", "signature-void").len(), 16);
    let stage = desk.json("stage harbour --on 2026-04-01");
    let evidence = stage["answers"][0]["evidence"].to_string();
    assert!(evidence.contains("the place's folder is not the one of 1 March 2026"), "{evidence}");
}
