//! Lakes in an object store: runs, queries and explanations are those of a folder, on this machine and on a cluster.

use std::path::Path;

use crate::lakes::ON;
use crate::machines::Machines;
use crate::program::{Process, Told};
use crate::server::{Server, program};
use crate::unreliable::Unreliable;

/// What is compared: every row of the answers.
const QUESTIONS: [&str; 6] = [
    "SELECT * FROM membership ORDER BY 1, 2, 3, 4",
    "SELECT * FROM needs ORDER BY 1, 2",
    "SELECT * FROM circle ORDER BY 1, 2, 3, 4, 5, 6",
    "SELECT * FROM fragmentation ORDER BY 1",
    "SELECT * FROM provider_pair ORDER BY 1, 2",
    "SELECT * FROM summary ORDER BY 1, 2, 3, 4, 5, 6",
];

#[test]
fn a_lake_in_an_object_store_is_answered_alike_on_this_machine_and_on_a_cluster_however_unreliable_the_way_to_it_is() {
    if std::env::var_os("STEAD_TEST_S3").is_none() {
        assert!(std::env::var_os("CI").is_none(), "`./x test --cluster` says where the server lies");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk { folder: folder.path(), variables: Vec::new() };
    desk.stead("new --harbour harbour");
    desk.stead("synth --citizens 2000 --slim --out town");
    desk.stead("import town --lake lake --buckets 4");
    desk.stead(&format!("run harbour --lake lake --on {ON}"));
    let of_a_folder = desk.answers("lake", "");

    let server = Server::start(&program());
    let server_address = server.endpoint.trim_start_matches("http://").to_owned();
    let way = Unreliable::before(&server_address);
    let mut variables = server.variables().to_vec();
    for (name, value) in &mut variables {
        if name == "AWS_ENDPOINT_URL" {
            *value = format!("http://{}", way.address);
        }
    }
    let desk = Desk { folder: folder.path(), variables };
    desk.stead("import town --lake s3://lakes/here --buckets 4");
    desk.stead(&format!("run harbour --lake s3://lakes/here --on {ON}"));
    assert_eq!(of_a_folder, desk.answers("s3://lakes/here", ""), "computed on this machine");

    let machines = Machines::start_with(2, folder.path(), &desk.variables);
    let cluster = format!(" --cluster {}", machines.address());
    desk.stead("import town --lake s3://lakes/there --buckets 4");
    desk.stead(&format!("run harbour --lake s3://lakes/there --on {ON}{cluster}"));
    assert_eq!(of_a_folder, desk.answers("s3://lakes/there", ""), "computed on a cluster");
    assert_eq!(of_a_folder, desk.answers("s3://lakes/there", &cluster), "computed and asked on a cluster");
    assert!(way.broken() > 10, "only {} connections were broken off", way.broken());
}

/// Where commands are started, and what they are told of the store.
struct Desk<'a> {
    folder: &'a Path,
    variables: Vec<(String, String)>,
}

impl Desk<'_> {
    fn stead(&self, line: &str) -> Told {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.words(&words)
    }

    fn words(&self, words: &[&str]) -> Told {
        Process::start_with(words, self.folder, &self.variables).end().done()
    }

    /// Every row of the answers, and all about one citizen.
    fn answers(&self, lake: &str, cluster: &str) -> Vec<String> {
        let mut answers = vec![self.stead(&format!("explain essay-citizen --lake {lake}")).out];
        for question in QUESTIONS {
            let words = ["query", question, "--lake", lake, "--format", "csv"];
            let words: Vec<&str> = words.into_iter().chain(cluster.split_whitespace()).collect();
            let rows = self.words(&words).out;
            assert!(rows.lines().count() > 1, "{question}: no rows");
            answers.push(rows);
        }
        answers
    }
}
