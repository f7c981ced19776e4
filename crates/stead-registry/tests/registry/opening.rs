//! Opening registries: new, old, broken, shut.

use std::fs;

use stead_registry::{Registry, RegistryAddress, RegistryError};

use crate::testing::{Over, server};

over_both! {
    /// Eight at once, as eight processes of a place would on its first morning.
    async fn many_may_begin_it_at_once(town) {
        let opening: Vec<_> = (0..8).map(|_| tokio::spawn({
            let address = town.address.clone();
            async move { Registry::open(&address).await.map(|registry| format!("{registry:?}")) }
        })).collect();
        for opened in opening {
            opened.await.unwrap().expect("each of them opens it");
        }
    }

    async fn what_was_kept_is_there_when_it_is_opened_again(town) {
        let registry = town.registry().await;
        assert_eq!(registry.citizen_secret("ada", b"salt").await.unwrap(), b"salt");
        registry.close().await.unwrap();
        let again = Registry::open_existing(&town.address).await.unwrap();
        assert_eq!(again.citizen_secret("ada", b"another").await.unwrap(), b"salt");
    }

    async fn one_of_a_newer_stead_is_not_touched(town) {
        town.registry().await.close().await.unwrap();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                     VALUES (1000, 'later', true, 'x', 0)";
        town.say(newer).await.unwrap();
        let error = Registry::open(&town.address).await.unwrap_err();
        assert!(matches!(error, RegistryError::Newer { theirs: 1000, .. }), "{error}");
    }
}

#[test]
fn asking_a_registry_that_is_not_there_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.sqlite");
    let address = RegistryAddress::from(file.as_path());
    let error = wait(Registry::open_existing(&address)).unwrap_err();
    assert!(error.to_string().starts_with("there is no registry at `"), "{error}");
    assert!(!file.exists());
}

#[test]
fn a_file_that_is_no_registry_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("letter.txt");
    fs::write(&file, "Dear Sir or Madam, ".repeat(500)).unwrap();
    let error = wait(Registry::open(&file.as_path().into())).unwrap_err();
    assert!(error.to_string().contains("its file is no SQLite database"), "{error}");
    let missing = folder.path().join("nowhere/registry.sqlite");
    let error = wait(Registry::open(&missing.as_path().into())).unwrap_err();
    assert!(error.to_string().contains("does the folder exist?"), "{error}");
}

#[cfg(unix)]
#[test]
fn its_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    crate::testing::tell(Over::Sqlite, async |town| {
        let registry = town.registry().await;
        registry.citizen_secret("ada", b"salt").await.unwrap();
        let files: Vec<_> = fs::read_dir(town.folder.path()).unwrap().map(|file| file.unwrap()).collect();
        assert!(files.len() > 1, "the write-ahead log lies beside it");
        for file in files {
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?} is open to others", file.file_name());
        }
    });
}

#[test]
fn a_wrong_password_is_told_and_not_shown() {
    let Some(server) = server() else { return };
    let mut url: url::Url = server.parse().unwrap();
    url.set_password(Some("hush-hush")).unwrap();
    url.set_path("postgres");
    let error = wait(Registry::open(&RegistryAddress::Postgres(url))).unwrap_err();
    assert!(error.to_string().contains("not with that password"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
}

#[test]
fn a_server_that_does_not_answer_is_told() {
    // Port 1 of this machine: nobody listens there.
    let address: RegistryAddress = "postgres://ada:hush-hush@127.0.0.1:1/stead".parse().unwrap();
    let error = wait(Registry::open(&address)).unwrap_err();
    assert!(error.to_string().contains("`postgres://127.0.0.1:1/stead` cannot be opened"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hush"), "{error:?}");
}

fn wait<T>(answer: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(answer)
}
