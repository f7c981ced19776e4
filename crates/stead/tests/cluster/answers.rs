//! Every answer of a cluster, compared with this machine's.

use crate::lakes::{Lakes, Rows, assert_same, massachusetts, rows, town};
use crate::machines::Machines;
use crate::program::stead;

#[test]
fn a_town_and_a_county_are_answered_alike_by_two_executors_and_by_this_machine() {
    let (lakes, here) = town();
    alike(&lakes, &here);
    if let Some((lakes, here)) = massachusetts() {
        alike(&lakes, &here);
    }
}

fn alike(lakes: &Lakes, here: &Rows) {
    let machines = Machines::start(2, lakes.path());
    let lake = lakes.copy("of-a-cluster");
    stead(&format!("{} --cluster {}", lakes.run(&lake), machines.address()), lakes.path()).done();
    assert_same(here, &rows(&lake));

    for sql in [
        "SELECT status,count(*)AS needs FROM needs GROUP BY status ORDER BY status",
        "SELECT place,count(DISTINCT(citizen))AS citizens FROM membership GROUP BY place ORDER BY place",
        "SELECT n.need,p.sex,count(*)AS met FROM needs n JOIN person p ON(n.citizen=p.citizen) \
         WHERE n.status='met' GROUP BY n.need,p.sex ORDER BY n.need,p.sex",
        // More rows than one batch has, and in Massachusetts fewer: batches have to come back in the order asked for.
        "SELECT citizen,need,status FROM needs ORDER BY need,citizen",
    ] {
        let question = ["query", sql, "--lake", "of-a-cluster", "--format", "csv"];
        let local = crate::program::Process::start(&question, lakes.path()).end().done();
        let address = machines.address();
        let question = [&question[..], &["--cluster", &address]].concat();
        let remote = crate::program::Process::start(&question, lakes.path()).end().done();
        assert_eq!(local.out, remote.out, "{sql}");
        assert!(local.out.lines().count() > 1, "{sql}: no rows");
    }
}
