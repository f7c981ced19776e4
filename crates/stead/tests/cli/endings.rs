//! How commands end when something is wrong: the exit code, and a message that says what to do.
//!
//! 0 done, 1 findings or it could not be done, 2 wrong use, 4 records were left out and `--strict` said to stop.

use std::fs;

use crate::testing::{Desk, ON};

#[test]
fn a_broken_folder_is_told_with_the_line_and_the_mend() {
    let desk = Desk::new();
    desk.file("broken/place.toml", "name = \"Broken\"\nfrom = 2026-04-01\nservse = []\n");
    insta::assert_snapshot!(desk.stead("check broken").all(), @r#"
    exit code: 1
    --- output
      × unknown key `servse`; did you mean `serves`? [unknown-key]
       ╭─[broken/place.toml:3:1]
     3 │ servse = []
       · ──────
       ╰────
      help: `place` knows the keys `name`, `from`, `to`, `founding`, `areas`,
            `serves`, `organisations`, `professions`, `coordinators` and `version`

    1 error
    "#);
}

#[test]
fn a_broken_folder_is_not_run() {
    let desk = Desk::with_lake();
    desk.file("broken/place.toml", "name = \"Broken\"\nfrom = 2026-04-01\nservse = []\n");
    insta::assert_snapshot!(desk.stead("run broken --lake lake --on 2026-11-01").all(), @r#"
    exit code: 1
    --- messages
      × unknown key `servse`; did you mean `serves`? [unknown-key]
       ╭─[broken/place.toml:3:1]
     3 │ servse = []
       · ──────
       ╰────
      help: `place` knows the keys `name`, `from`, `to`, `founding`, `areas`,
            `serves`, `organisations`, `professions`, `coordinators` and `version`

    1 error
    error: the place folder has errors; nothing was run
    "#);
}

#[test]
fn a_folder_that_is_not_there() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.stead("check nowhere").all(), @r#"
    exit code: 1
    --- output
      × `nowhere` does not exist [no-folder]
       ╭─[nowhere]
       ╰────
      help: give the folder that holds `place.toml`, or start one with `stead new
            DIR`

    1 error
    "#);
    insta::assert_snapshot!(desk.stead("fmt nowhere").all(), @r#"
    exit code: 1
    --- messages
      × `nowhere` does not exist [no-folder]
       ╭─[nowhere]
       ╰────
      help: give the folder that holds `place.toml`, or start one with `stead new
            DIR`

    1 error
    0 formatted, 0 as they should be
    "#);
}

#[test]
fn a_lake_that_is_not_there() {
    let desk = Desk::with_harbour();
    insta::assert_snapshot!(desk.stead("run harbour --lake lake --on 2026-11-01").all(), @r#"
    exit code: 1
    --- messages
    error: `lake` is not a lake: it has no `lake.json`; `stead import … --lake lake` makes one
    "#);
    insta::assert_snapshot!(desk.stead("summary --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: `lake` is not a lake: it has no `lake.json`; `stead import … --lake lake` makes one
    "#);
    insta::assert_snapshot!(desk.stead("query 'SELECT 1' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: `lake` is not a lake: it has no `lake.json`; `stead import … --lake lake` makes one
    "#);
}

#[test]
fn a_lake_over_which_nothing_was_run() {
    let desk = Desk::with_lake();
    insta::assert_snapshot!(desk.stead("summary --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: nothing was run over `lake` yet; run a place first: `stead run PLACE --lake lake --on DATE`
    "#);
    insta::assert_snapshot!(desk.stead("explain essay-citizen --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: nothing was run over `lake` yet; run a place first: `stead run PLACE --lake lake --on DATE`
    "#);
    insta::assert_snapshot!(desk.stead("changes --lake lake --from 2026-10-01 --to 2026-11-01").all(), @r#"
    exit code: 1
    --- messages
    error: nothing was run over `lake` yet; run a place first: `stead run PLACE --lake lake --on DATE`
    "#);
}

#[test]
fn somebody_whom_nobody_knows() {
    let desk = Desk::with_run();
    insta::assert_snapshot!(desk.stead("explain nobody --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: there is no citizen `nobody` in `lake`; ids are listed by `stead query 'SELECT citizen FROM citizen LIMIT 10'`
    "#);
}

#[test]
fn two_citizens_with_one_record_id() {
    let desk = Desk::new();
    let patient = r#"{"resourceType":"Patient","id":"p","birthDate":"1970-01-01"}"#;
    desk.file("one/people.ndjson", patient).file("other/people.ndjson", &patient.replace("1970", "1980"));
    desk.stead("import one other --lake lake --buckets 2").done();
    desk.stead("new place").done();
    desk.stead("run place --lake lake --on 2026-11-01").done();
    insta::assert_snapshot!(desk.stead("explain p --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: several citizens have a record `p`: one:p, other:p; name one of them
    "#);
    insta::assert_snapshot!(desk.stead("explain other:p --lake lake").all(), @r#"
    exit code: 0
    --- output
    other:p, 46 years old (other:p)
    As of 1 November 2026

    Why am I in this?
      In no place on this day: no record says of a home in one of the areas, and no
      place serves a group of theirs wherever they live.

    What is needed, and who owns the next step?
      Nothing that the folder names.

    Why so many appointments? These would do:
      None: nothing is due that a service here could do.

    Who else is acting?
      Nobody in the time looked at.

    Who brings it together?
      Nobody coordinates: no coordinating profession is around the citizen, who is
      registered nowhere.
      0 contacts with 0 providers of 0 organisations in the time looked at
        usual provider index        too little to say
        continuity (Bice–Boxerman)  too little to say
        sequential continuity       too little to say
        care density                too little to say
        care density by profession  too little to say

    From which records?
      other:p (alone, leading)
    "#);
}

#[test]
fn questions_that_cannot_be_read() {
    let desk = Desk::with_lake();
    insta::assert_snapshot!(desk.stead("query 'SELEC 1' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: the SQL cannot be read: Expected: an SQL statement, found: SELEC at Line: 1, Column: 1
    "#);
    insta::assert_snapshot!(desk.stead("query 'SELECT (1' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: the SQL cannot be read: Expected: ), found: EOF
    "#);
    insta::assert_snapshot!(desk.stead("query 'SELECT * FROM citizens' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: there is no table `citizens`; `stead tables` describes those there are
    "#);
    insta::assert_snapshot!(desk.stead("query 'SELECT name FROM citizen' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: there is no column `name`; `stead tables TABLE` names those of a table
    "#);
    insta::assert_snapshot!(desk.stead("query '' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: the question is empty; ask one, such as `SELECT …`
    "#);
}

#[test]
fn only_questions_can_be_asked() {
    let desk = Desk::with_lake();
    insta::assert_snapshot!(desk.stead("query 'CREATE TABLE mine AS SELECT 1' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: only a question (`SELECT …`) can be asked; nothing can be created, changed or copied out
    "#);
    insta::assert_snapshot!(desk.stead("query 'CREATE EXTERNAL TABLE mine STORED AS PARQUET LOCATION \"lake\"' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: only a question (`SELECT …`) can be asked; nothing can be created, changed or copied out
    "#);
    insta::assert_snapshot!(desk.stead("query 'COPY citizen TO \"citizen.parquet\"' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: only a question (`SELECT …`) can be asked; nothing can be created, changed or copied out
    "#);
    insta::assert_snapshot!(desk.stead("query 'INSERT INTO citizen SELECT * FROM citizen' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: only a question (`SELECT …`) can be asked; nothing can be created, changed or copied out
    "#);
    insta::assert_snapshot!(desk.stead("query 'DROP TABLE citizen' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: only a question (`SELECT …`) can be asked; nothing can be created, changed or copied out
    "#);
    insta::assert_snapshot!(desk.stead("query 'SET datafusion.execution.batch_size = 1' --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: only a question (`SELECT …`) can be asked; nothing can be created, changed or copied out
    "#);
}

#[test]
fn formats_that_only_a_query_has() {
    let desk = Desk::with_run();
    insta::assert_snapshot!(desk.stead("run harbour --lake lake --on 2026-11-01 --format csv").all(), @r#"
    exit code: 2
    --- messages
    error: only `query` answers as csv or parquet; the others take --format text or json
    "#);
    insta::assert_snapshot!(desk.stead("explain essay-citizen --lake lake --format parquet").all(), @r#"
    exit code: 2
    --- messages
    error: only `query` answers as csv or parquet; the others take --format text or json
    "#);
}

#[test]
fn days_the_wrong_way_round() {
    let desk = Desk::with_run();
    insta::assert_snapshot!(desk.stead("changes --lake lake --from 2026-11-01 --to 2026-10-01").all(), @r#"
    exit code: 2
    --- messages
    error: --to 2026-10-01 is not after --from 2026-11-01; name the earlier day first
    "#);
}

#[test]
fn days_after_the_run() {
    let desk = Desk::with_run();
    insta::assert_snapshot!(desk.stead("changes --lake lake --from 2026-11-01 --to 2026-12-01").all(), @r#"
    exit code: 1
    --- messages
    error: the latest run looks at 2026-11-01; run again with `--on 2026-12-01` to see later changes
    "#);
}

#[test]
fn a_day_that_is_not_in_the_calendar() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.stead("run harbour --lake lake --on 2026-02-31").all(), @r#"
    exit code: 2
    --- messages
    error: invalid value '2026-02-31' for '--on <DATE>': `2026-02-31` is not a day: write year-month-day, such as 2026-04-01

    For more information, try '--help'.
    "#);
}

#[test]
fn tables_places_and_cuts_that_there_are_not() {
    let desk = Desk::with_run();
    insta::assert_snapshot!(desk.stead("tables contacts").all(), @r#"
    exit code: 1
    --- messages
    error: there is no table `contacts`; there are citizen, residence, registration, marital_status, coordinator, condition, contact, observation, procedure, medication, cost, organisation, site, service, professional, link, conflict, resource, common_resource, membership, group_membership, person, needs, visits, circle, sharing, choice, fragmentation, provider_pair, unmapped, summary, sharing_summary, citizen_payment
    "#);
    insta::assert_snapshot!(desk.stead("summary --lake lake --place habour").all(), @r#"
    exit code: 1
    --- messages
    error: the latest run has no place `habour`; it has harbour, haven-neighbourhood, hills-neighbourhood, open-door, quayside-neighbourhood, safeguarding, several-conditions, vale-neighbourhood
    "#);
    insta::assert_snapshot!(desk.stead("changes --lake lake --from 2026-10-01 --to 2026-11-01 --place habour").all(), @r#"
    exit code: 1
    --- messages
    error: the latest run has no place `habour`; it has harbour, haven-neighbourhood, hills-neighbourhood, open-door, quayside-neighbourhood, safeguarding, several-conditions, vale-neighbourhood
    "#);
    insta::assert_snapshot!(desk.stead("summary --lake lake --by age").all(), @r#"
    exit code: 1
    --- messages
    error: the latest run has no cut `age`; it has all, area, deprivation-fifth, age-band, sex
    "#);
}

#[test]
fn nothing_is_written_over_what_is_there() {
    let desk = Desk::with_town();
    insta::assert_snapshot!(desk.stead("synth --citizens 10 --out town").all(), @r#"
    exit code: 1
    --- messages
    error: the town could not be written: `town` is not empty: remove it or name another folder
    "#);
    insta::assert_snapshot!(desk.stead("new harbour").all(), @r#"
    exit code: 1
    --- messages
    error: `harbour` is there already; name a folder that is not
    "#);
}

#[test]
fn records_that_are_not_there() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.stead("import nothing --lake lake").all(), @r#"
    exit code: 1
    --- messages
    error: `nothing` cannot be read: No such file or directory (os error 2)
    "#);
    insta::assert_snapshot!(desk.stead("import --lake lake").all(), @r#"
    exit code: 2
    --- messages
    error: the following required arguments were not provided:
      <[SOURCE=]PATH>...

    Usage: stead import --lake <LAKE> <[SOURCE=]PATH>...

    For more information, try '--help'.
    "#);
}

#[test]
fn buckets_are_settled_once() {
    let desk = Desk::with_lake();
    insta::assert_snapshot!(desk.stead("import town --lake lake --buckets 3").all(), @r#"
    exit code: 1
    --- messages
    error: the lake's number of buckets is 2, not 3; that is settled when a lake is made: leave the option out, or make a new lake
    "#);
}

#[test]
fn a_command_that_there_is_not() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.stead("summery --lake lake").all(), @r#"
    exit code: 2
    --- messages
    error: unrecognized subcommand 'summery'

      tip: some similar subcommands exist: 'members', 'query', 'summary'

    Usage: stead [OPTIONS] <COMMAND>

    For more information, try '--help'.
    "#);
    insta::assert_snapshot!(desk.stead("").all(), @r#"
    exit code: 2
    --- messages
    Software for people who run places of care

    Usage: stead [OPTIONS] <COMMAND>

    Commands:
      new         Write a place folder to start from
      check       Find errors and gaps in place folders
      fmt         Format the files of place folders; comments stay
      schema      Write the JSON Schemas by which editors complete and check place
                  folders
      synth       Make up a town: citizens and ten years of their records, as FHIR
                  NDJSON
      import      Read FHIR records into a lake of tables
      tables      Describe every table of the lake and of results
      query       Ask in SQL over the lake's tables and the latest run's results
      run         Work out membership, needs, visits, circles and summaries of
                  places, as of a day
      settle      Work out who is paid what by which clause, on records or on
                  figures that a party brings
      compare     What other agreements would change over the same records or
                  figures: who gains and who loses, by which clause and why
      summary     Numbers about the people of places: how many, what they need;
                  small numbers are kept back
      changes     Who came into a place and who left it between two days, and why
      members     Whose citizens are by a clause, over a time: who came, who left;
                  with lists of members as FHIR Groups
      explain     Everything about one citizen, with reasons
      key         Keys of organisations: what they sign with, and what others know
                  them by
      sign        Sign an agreement for one of its parties
      verify      Say which signatures of an agreement hold, which are void because
                  a word changed, and who has not signed
      withdraw    Give a party's notice: it leaves the agreement once the notice has
                  run out
      stage       Are we a place yet? Five answers, each from evidence
      choice      What citizens allow and object to
      decide      Who may see what: yes or no to one use of one record, and why. It
                  is written into the log first
      policies    The policies that decide, and what every clause says to them
      log         Who asked for a citizen's record, why, by which clause; proved to
                  be all
      agreements  What organisations have promised each other: agreements, how dense
                  they are, who owes whom
      demo        Make up a town, import it, run the example place, and show the
                  summary and the essay's citizen
      cluster     Run a process of a cluster: one scheduler, and an executor on each
                  machine
      help        Print this message or the help of the given subcommand(s)

    Options:
          --format <FORMAT>  How to print data [default: text] [possible values:
                             text, json, csv, parquet]
      -h, --help             Print help (see more with '--help')
      -V, --version          Print version

    Exit codes: 0 done; 1 a folder has errors, or it could not be done; 2 wrong use;
    4 records were left out and --strict was given; 5 a decision was no; 70 a
    mistake in Stead.
    "#);
}

/// Half a record, a record that is none, and one that is good.
const BROKEN: &str =
    "{\"resourceType\":\"Patient\",\"id\":\"good\"}\n{\"resourceType\":\"Patient\",\"id\":\n{\"id\":\"nothing\"}\n";

#[test]
fn a_strict_import_of_broken_records_stops_and_leaves_the_lake_as_it_was() {
    let desk = Desk::with_lake();
    desk.file("broken/Patient.ndjson", BROKEN);
    let manifest = desk.text("lake/lake.json");
    let citizens = desk.rows("SELECT citizen FROM citizen ORDER BY citizen");
    insta::assert_snapshot!(desk.stead("import broken --lake lake --strict").all(), @r#"
    exit code: 4
    --- messages
    error: `Patient.ndjson` line 2: half a record: the text ends before the record does; nothing was imported, because the import is strict
    "#);
    assert_eq!(desk.text("lake/lake.json"), manifest);
    assert_eq!(desk.rows("SELECT citizen FROM citizen ORDER BY citizen"), citizens);
    desk.stead(&format!("run harbour --lake lake --on {ON}")).done();
    assert_eq!(desk.stead("import broken --lake none --strict").code, 4);
    assert!(!desk.path("none/lake.json").exists(), "no lake is made for nothing");
}

#[test]
fn without_strict_what_is_broken_is_left_out_and_told() {
    let desk = Desk::new();
    desk.file("broken/Patient.ndjson", BROKEN);
    let told = desk.stead("import broken --lake lake --buckets 2").done();
    let lines: Vec<&str> = told.out.lines().filter(|line| !line.contains(" read in ")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    1 citizen from 1 record of theirs (0 linked with another)
    3 resources: 1 in tables, 0 kept whole, 2 quarantined; 0 cases of records that
    disagree about who somebody is

    type       read  in tables  kept whole  quarantined
    (unknown)     1          0           0            1
    Patient       2          1           0            1
    all           3          1           0            2

    What could not be read, with place and reason: lake/quarantine/1.ndjson
    "#);
    let quarantine = fs::read_dir(desk.path("lake/quarantine")).expect("a quarantine").count();
    assert_eq!(quarantine, 1);
}

#[cfg(not(feature = "cloud"))]
#[test]
fn an_address_in_an_object_store_says_how_to_build_with_such() {
    let told = Desk::new().stead("query SELECT --lake s3://lakes/harbour");
    assert!(told.code == 1 && told.err.contains("--features cloud"), "{told:?}");
    let told = Desk::new().stead("query SELECT --lake s3://key:hidden@lakes/harbour");
    assert!(told.code == 2 && told.err.contains("AWS_ACCESS_KEY_ID") && !told.err.contains("hidden"), "{told:?}");
}

#[cfg(not(feature = "cluster"))]
#[test]
fn whoever_asks_for_a_cluster_is_told_how_to_build_with_them() {
    let desk = Desk::with_lake();
    let at = "--cluster ballista://127.0.0.1:50050";
    for line in [
        "cluster scheduler".to_owned(),
        "cluster executor --scheduler 127.0.0.1:50050".to_owned(),
        format!("run harbour --lake lake --on {ON} {at}"),
        format!("query 'SELECT count(*) FROM citizen' --lake lake {at}"),
    ] {
        let told = desk.stead(&line);
        let wanted = "error: this `stead` was built without clusters; build one that has them: \
                      `cargo build --release -p stead --features cluster`\n";
        assert_eq!((told.code, told.err.as_str()), (1, wanted), "{line}");
    }
    assert!(!desk.path("lake/runs").exists(), "a run was begun");
}

#[test]
fn a_file_of_the_lake_that_is_not_whole_is_named() {
    let desk = Desk::with_lake();
    let contacts = desk.path("lake/tables/contact");
    let mut files: Vec<_> = fs::read_dir(contacts).expect("files").map(|it| it.expect("a file").path()).collect();
    files.sort();
    let file = files.last().expect("a file");
    let whole = fs::read(file).expect("bytes");
    // Cut short, as a full disk leaves it; and rotten in the middle, where its end still says what is in it.
    let rotten: Vec<u8> =
        whole.iter().enumerate().map(|(at, byte)| if at < whole.len() / 2 { !byte } else { *byte }).collect();
    for bytes in [&whole[..whole.len() / 2], &rotten] {
        fs::write(file, bytes).expect("writing");
        for line in [
            format!("run harbour --lake lake --on {ON}"),
            "query 'SELECT count(DISTINCT citizen), count(DISTINCT resource) FROM contact' --lake lake".to_owned(),
        ] {
            let told = desk.stead(&line);
            let name = format!("lake/tables/contact/{}` is damaged (", file.file_name().expect("a name").display());
            assert!(told.code == 1 && told.err.contains(&name), "`{line}`: {told:?}");
            assert!(told.err.contains("put back a copy of it"), "`{line}`: {told:?}");
        }
    }
}
