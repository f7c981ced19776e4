//! What people do: keys, signatures, notices, choices; from the command line into a registry and out again.

use std::env;
use std::fs;

use crate::testing::{Desk, ON, Told, words};

const ALLIANCE: &str = "harbour/agreements/alliance.toml";

/// Every party of the alliance, with a role that may sign for it.
const PARTIES: [(&str, &str); 10] = [
    ("gp-federation", "chair"),
    ("harbour-trust", "medical-director"),
    ("coast-community-trust", "chief-executive"),
    ("clear-water", "director"),
    ("harbour-council", "director-of-public-health"),
    ("anchor-charity", "trustee"),
    ("high-street-optometrists", "owner"),
    ("esplanade-eyecare", "owner"),
    ("haven-opticians", "owner"),
    ("vale-spectacles", "owner"),
];

impl Desk {
    /// Makes a key for an organisation, and tells the registry.
    fn key_of(&self, organisation: &str) -> &Self {
        self.stead(&format!("key new {organisation}")).done();
        self.stead(&format!("key add {organisation} {organisation}.key.pub --from 2026-01-01")).done();
        self
    }

    fn sign(&self, organisation: &str, role: &str, on: &str) -> Told {
        self.stead(&format!("sign {ALLIANCE} --as {organisation} --role {role} --key {organisation}.key --on {on}"))
    }
}

#[cfg(unix)]
#[test]
fn a_secret_key_is_its_owners_alone_and_never_written_over() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let made = desk.stead("key new clear-water").done();
    let mode = fs::metadata(desk.path("clear-water.key")).expect("the key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(desk.text("clear-water.key.pub"), made.out);
    assert!(!made.out.contains("PRIVATE") && !made.err.contains("PRIVATE"), "{made:?}");
    let before = desk.text("clear-water.key");
    let again = desk.stead("key new clear-water");
    assert_eq!((again.code, desk.text("clear-water.key")), (1, before), "{again:?}");
}

#[test]
fn a_key_that_nobody_vouches_for_signs_nothing() {
    let desk = Desk::with_harbour();
    desk.stead("key new clear-water").done();
    let told = desk.sign("clear-water", "director", "2026-03-01");
    assert_eq!(told.code, 1);
    assert!(told.err.contains("nobody has told the registry that this key is `clear-water`'s"), "{told:?}");
    let verified = desk.json(&format!("verify {ALLIANCE} --on 2026-03-02"));
    assert_eq!(verified["stage"], "proposed");
}

#[test]
fn who_is_no_party_or_has_no_such_role_does_not_sign() {
    let desk = Desk::with_harbour();
    desk.key_of("clear-water").key_of("harbour-trust");
    let role = desk.sign("clear-water", "caretaker", "2026-03-01");
    assert!(role.code == 1 && role.err.contains("for `clear-water` one signs as `director`"), "{role:?}");
    let key = desk.stead(&format!("sign {ALLIANCE} --as harbour-trust --role medical-director --key clear-water.key"));
    assert!(key.code == 1 && key.err.contains("cannot sign with the key of `clear-water`"), "{key:?}");
    let which = desk.stead(&format!("sign {ALLIANCE} --as harbour-trust --key harbour-trust.key"));
    assert!(which.code == 1 && which.err.contains("say which with `--role`"), "{which:?}");
    let party = desk.stead(&format!("sign {ALLIANCE} --as somebody --key clear-water.key"));
    assert!(party.code == 1 && party.err.contains("`somebody` is no party of `alliance`"), "{party:?}");
}

#[test]
fn one_changed_word_voids_signatures_and_is_named() {
    let desk = Desk::with_harbour();
    desk.key_of("clear-water").sign("clear-water", "director", "2026-03-01").done();
    let text = desk.text(ALLIANCE);
    // Layout and comments are not what was signed.
    desk.file(ALLIANCE, &format!("# Looked through again.\n\n{}", text.replace("title = ", "title   =   ")));
    let verified = desk.stead(&format!("verify {ALLIANCE} --on 2026-03-02")).done();
    assert!(verified.out.contains("signed     Clear Water"), "{}", verified.out);
    desk.file(ALLIANCE, &text.replace("notice_days = 180", "notice_days = 90"));
    let verified = desk.stead(&format!("verify {ALLIANCE} --on 2026-03-02"));
    assert_eq!(verified.code, 1);
    let digest = |line: &&str| !line.starts_with("digest ");
    insta::assert_snapshot!("a_void_signature", verified.out.lines().filter(digest).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_place_is_one_once_everybody_has_signed_and_its_day_has_come() {
    let desk = Desk::with_harbour();
    for (at, (organisation, role)) in PARTIES.into_iter().enumerate() {
        let stage = desk.json("stage harbour --on 2026-04-01");
        assert_eq!(stage["stage"], if at == 0 { "proposed" } else { "becoming" });
        desk.key_of(organisation).sign(organisation, role, "2026-03-01").done();
    }
    assert_eq!(desk.json("stage harbour --on 2026-03-31")["stage"], "becoming");
    assert_eq!(desk.json("stage harbour --on 2026-04-01")["stage"], "being");
    insta::assert_snapshot!("a_place_in_being", desk.stead("stage harbour --on 2026-04-01").done().out);
    // One leaves: with its notice, the agreement ends for all.
    let line = format!("withdraw {ALLIANCE} --as anchor-charity --key anchor-charity.key --on 2026-06-01");
    let left = desk.stead(&line).done();
    assert!(left.out.contains("bound until 28 November 2026"), "{}", left.out);
    assert_eq!(desk.json("stage harbour --on 2026-11-27")["stage"], "being");
    assert_eq!(desk.json("stage harbour --on 2026-11-28")["stage"], "ended");
}

#[test]
fn what_records_show_of_a_place_comes_from_the_latest_run() {
    let desk = Desk::with_lake();
    desk.file("harbour/places/everybody.toml", "name = \"Everybody\"\nfrom = 2024-04-01\n");
    let delivery = |line: &str| {
        let stage = desk.json(&format!("stage harbour --on {ON} {line}"));
        let answers = stage["answers"].as_array().expect("answers");
        let answer = answers.iter().find(|it| it["question"] == "delivery").expect("the answer");
        [&answer["answer"], &answer["words"]].map(|it| it.as_str().expect("words").to_owned())
    };
    let [answer, words] = delivery("--lake lake");
    assert!(answer == "not-known" && words.contains("nothing was run over `lake` yet"), "{words}");
    desk.stead(&format!("run harbour --lake lake --on {ON}")).done();
    let [answer, words] = delivery("--lake lake");
    assert!(answer == "not-known" && words.contains("fewer than 100 citizens"), "{words}");
    let everybody = "SELECT count(*) AS all_of_them, count(owner) AS owned FROM needs WHERE status <> 'not-applicable' \
                     AND citizen IN (SELECT citizen FROM membership WHERE place = 'everybody' AND \"to\" IS NULL)";
    let counted = &desk.rows(everybody)[0];
    let (all, owned) =
        (counted["all_of_them"].as_u64().expect("a number"), counted["owned"].as_u64().expect("a number"));
    let [answer, words] = delivery("--lake lake --place everybody");
    let told = format!("{} % of needs have somebody who owns the next step", owned * 100 / all);
    assert!(answer != "not-known" && words.starts_with(&told), "{words}, not {told}");
    let linked = &desk.rows("SELECT count(DISTINCT citizen) AS citizens, bool_or(open) AS any_open FROM sharing")[0];
    assert!(linked["citizens"].as_u64() >= Some(100) && linked["any_open"] == false, "{linked}");
    let stage = desk.json(&format!("stage harbour --on {ON} --lake lake --place everybody"));
    let answers = stage["answers"].as_array().expect("answers");
    let flowing = answers.iter().find(|it| it["question"] == "data-flowing").expect("the answer");
    assert!(flowing["answer"] == "no", "nobody has signed anything: {flowing}");
    assert!(flowing["words"].as_str().is_some_and(|words| words.starts_with("0 % of what")), "{flowing}");
}

#[test]
fn a_lost_key_signs_nothing_more_and_what_it_signed_holds() {
    let desk = Desk::with_harbour();
    desk.key_of("clear-water").sign("clear-water", "director", "2026-03-01").done();
    let id = desk.json("key list clear-water")["keys"][0]["id"].as_str().expect("an id").to_owned();
    desk.stead(&format!("key end clear-water {id} --on 2026-03-15")).done();
    let told = desk.sign("clear-water", "director", "2026-03-16");
    assert!(told.code == 1 && told.err.contains("does not count on 2026-03-16"), "{told:?}");
    let verified = desk.stead(&format!("verify {ALLIANCE} --on 2026-04-01")).done();
    assert!(verified.out.contains("signed     Clear Water"), "{}", verified.out);
    // Said to have been lost before it signed, it voids what it signed.
    desk.stead(&format!("key end clear-water {id} --on 2026-02-15")).done();
    let verified = desk.stead(&format!("verify {ALLIANCE} --on 2026-04-01"));
    assert!(verified.code == 1 && verified.out.contains("did not count on 2026-03-01"), "{verified:?}");
}

#[test]
fn an_objection_is_in_force_at_once_and_so_is_its_withdrawal() {
    let desk = Desk::new();
    let object = "choice object essay-citizen --organisation harbour-pharmacy --category mental-health";
    let made = desk.json(object);
    assert_eq!(desk.json("choice show essay-citizen")["choices"], made["choices"]);
    // Made once more it is the same one.
    assert_eq!(desk.json(object), made);
    let id = made["choices"][0]["id"].as_str().expect("an id");
    desk.stead(&format!("choice withdraw essay-citizen {id}")).done();
    assert_eq!(desk.json("choice show essay-citizen")["choices"].as_array().map(Vec::len), Some(0));
}

#[test]
fn what_was_believed_earlier_about_a_day_can_be_asked() {
    let desk = Desk::new();
    let made = desk.json("choice object essay-citizen --category hiv --from 2026-01-01");
    let (id, recorded) = (&made["choices"][0]["id"], &made["choices"][0]["recorded"]);
    let (id, recorded) = (id.as_str().expect("an id"), recorded.as_str().expect("a moment"));
    desk.stead(&format!("choice withdraw essay-citizen {id} --on 2026-02-01")).done();
    let count = |line: &str| desk.json(line)["choices"].as_array().expect("choices").len();
    assert_eq!(count("choice show essay-citizen --on 2026-03-01"), 0);
    assert_eq!(count(&format!("choice show essay-citizen --on 2026-03-01 --as-of {recorded}")), 1);
    assert_eq!(count("choice show essay-citizen --on 2026-01-15"), 1);
    assert_eq!(count("choice show essay-citizen --all"), 2);
    let future = desk.stead("choice show essay-citizen --as-of 2999-01-01");
    assert!(future.code == 1 && future.err.contains("yet to come"), "{future:?}");
}

#[test]
fn names_in_a_choice_are_checked_by_the_place() {
    let desk = Desk::with_harbour();
    let who = desk.stead("choice object ada --organisation nobody --place harbour");
    assert!(who.code == 1 && who.err.contains("the place has no organisation `nobody`"), "{who:?}");
    let what = desk.stead("choice object ada --category secrets");
    assert!(what.code == 1 && what.err.contains("there is no category of record `secrets`"), "{what:?}");
    let why = desk.stead("choice object ada --purpose FUN");
    assert!(why.code == 1 && why.err.contains("`FUN` is no purpose"), "{why:?}");
    assert!(!desk.path("registry.sqlite").exists(), "a registry was begun for nothing");
}

#[test]
fn consents_are_read_once_and_what_is_not_understood_is_said() {
    let desk = Desk::with_harbour();
    let consent = |id: &str, status: &str, label: &str| {
        format!(
            "{{\"resourceType\":\"Consent\",\"id\":\"{id}\",\"status\":\"{status}\",\"dateTime\":\"2026-03-01\",\
             \"patient\":{{\"reference\":\"Patient/essay-citizen\"}},\"provision\":{{\"type\":\"deny\",\
             \"securityLabel\":[{{\"code\":\"{label}\"}}]}}}}\n"
        )
    };
    desk.file("consents.ndjson", &(consent("c1", "active", "MH") + &consent("c2", "active", "NONSENSE")));
    let first = desk.stead("choice import consents.ndjson --place harbour");
    assert_eq!(first.code, 1);
    assert!(first.out.contains("2 consents read, 1 taken: 1 choice recorded, 0 ended"), "{}", first.out);
    assert!(first.out.contains("`NONSENSE` is no category of record here"), "{}", first.out);
    let before = desk.json("choice show essay-citizen --all");
    desk.stead("choice import consents.ndjson --place harbour");
    assert_eq!(desk.json("choice show essay-citizen --all"), before, "reading it once more changed something");
    desk.file("over.json", &consent("c1", "entered-in-error", "MH"));
    desk.stead("choice import over.json").done();
    assert_eq!(desk.json("choice show essay-citizen --on 2026-03-02")["choices"].as_array().map(Vec::len), Some(0));
}

#[test]
fn the_environment_names_a_registry_and_no_password_is_shown() {
    let desk = Desk::new();
    let within = |line: &str, registry: &str| desk.program(&words(line), &[("STEAD_REGISTRY", registry)]);
    within("choice opt-out ada", "here.sqlite").done();
    assert!(desk.path("here.sqlite").exists());
    let missing = within("choice show ada", "elsewhere.sqlite");
    assert!(missing.code == 1 && missing.err.contains("there is no registry at `elsewhere.sqlite`"), "{missing:?}");
    for address in ["postgres://ada:hush@127.0.0.1:1/stead", "postgres://ada:hush@127.0.0.1", "mysql://ada:hush@h/d"] {
        let named = desk.stead(&format!("choice show ada --registry {address}"));
        let told = within("choice show ada", address);
        for told in [named, told] {
            assert!(told.code > 0 && !told.err.is_empty() && !told.all().contains("hush"), "{told:?}");
        }
    }
}

/// The same story in the first database of the tests' server, which nobody else uses.
#[test]
fn a_registry_in_postgresql_answers_alike() {
    let Some(server) = env::var("STEAD_TEST_POSTGRES").ok().filter(|server| !server.is_empty()) else {
        assert!(env::var("CI").as_deref() != Ok("true"), "no PostgreSQL: `./x test` starts one");
        return;
    };
    let told = |registry: &str| {
        let desk = Desk::with_harbour();
        let within = |line: &str| desk.program(&words(line), &[("STEAD_REGISTRY", registry)]).done().out;
        within("key new clear-water");
        within("key add clear-water clear-water.key.pub --from 2026-01-01");
        within(&format!("sign {ALLIANCE} --as clear-water --key clear-water.key --on 2026-03-01"));
        let choice = within("choice object essay-citizen --category hiv --from 2026-01-01");
        let choice = choice.lines().filter(|line| !line.contains("recorded since")).collect::<Vec<_>>().join("\n");
        choice + &within(&format!("verify {ALLIANCE} --on 2026-03-02")) + &within("stage harbour --on 2026-03-02")
    };
    assert_eq!(told("registry.sqlite"), told(&server));
}
